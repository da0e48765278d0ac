/** Thousandths of the currency as the JSON number the vendor sends. */
export function toWireMoney(milli: number): number {
  return milli / 1000;
}
