/** One sending of an order to the supplier. */
export interface AttemptKey {
  orderId: string;
  number: number;
}
