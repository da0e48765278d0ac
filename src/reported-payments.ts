import type { Order } from '../lib/contract/order.ts';
import type { PaymentOutcome } from './telegram.ts';

/** What a payment sheet said that may mean that Stars have moved. */
export type PaymentReport = Exclude<PaymentOutcome, 'cancelled' | 'failed'>;

const REPORTS: readonly string[] = ['paid', 'pending', 'unknown'] satisfies PaymentReport[];
/** For as long as the app is open. Nothing is charged without the server's approval, so later its word is enough. */
const calledPaid = new Set<string>();

export function reportPayment(orderId: string, report: PaymentReport): void {
  if (report === 'paid') calledPaid.add(orderId);
}

/** The Stars may be gone although the payment has not arrived. */
export function isInDoubt({ id, status, payment_in_doubt: isConfirmed }: Order): boolean {
  return (status === 'pending' || status === 'expired') && (isConfirmed || calledPaid.has(id));
}

export function isPaymentReport(value: unknown): value is PaymentReport {
  return typeof value === 'string' && REPORTS.includes(value);
}
