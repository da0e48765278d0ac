import { keep, readKept } from './kept-values.ts';
import type { PaymentOutcome } from './telegram.ts';

/** What a payment sheet said that may mean that Stars have moved. */
export type PaymentReport = Exclude<PaymentOutcome, 'cancelled' | 'failed'>;

interface Kept {
  orderId: string;
  report: PaymentReport;
  at: number;
}

const REPORTED = 'reported-payments';
const REPORTS: readonly string[] = ['paid', 'pending', 'unknown'] satisfies PaymentReport[];
const MAX = 20;
const DAY_MS = 86_400_000;
/** A payment that the server has not found after so long was none; most sheets that say nothing were just closed. */
const IN_DOUBT_MS: Record<PaymentReport, number> = { paid: DAY_MS, pending: DAY_MS, unknown: 7_200_000 };

/** Survives the app being closed: until the server knows, only this device knows that the Stars may be gone. */
export function reportPayment(orderId: string, report: PaymentReport): void {
  const reports = readReports();
  // The first word counts, so that opening the screen again does not prolong the doubt.
  if (reports.some((kept) => kept.orderId === orderId)) return;
  keep(REPORTED, [{ orderId, report, at: Date.now() } satisfies Kept, ...reports].slice(0, MAX));
}

/** Null where nothing speaks for a payment. */
export function reportOf(orderId: string): PaymentReport | null {
  return readReports().find((kept) => kept.orderId === orderId)?.report ?? null;
}

/** The Stars may be gone although the server has seen no payment. */
export function isInDoubt({ id, status }: { id: string; status: string }): boolean {
  return (status === 'pending' || status === 'expired') && reportOf(id) !== null;
}

export function isPaymentReport(value: unknown): value is PaymentReport {
  return typeof value === 'string' && REPORTS.includes(value);
}

function readReports(): Kept[] {
  return (readKept(REPORTED, Array.isArray) ?? [])
    .filter(isKept)
    .filter(({ report, at }) => Date.now() - at < IN_DOUBT_MS[report]);
}

function isKept(value: unknown): value is Kept {
  return (
    typeof value === 'object' &&
    value !== null &&
    'orderId' in value &&
    typeof value.orderId === 'string' &&
    'at' in value &&
    typeof value.at === 'number' &&
    'report' in value &&
    isPaymentReport(value.report)
  );
}
