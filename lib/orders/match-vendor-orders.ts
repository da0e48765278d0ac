import type { OrderAnswer } from '../esim-go/wire/order.ts';

/** An attempt whose answer is missing, with its window already in the vendor's time. */
export interface OpenAttempt {
  orderId: string;
  number: number;
  state: 'sending' | 'unknown';
  item: string;
  /** The eSIM of a top-up; null when a new one was asked for. */
  iccid: string | null;
  /** No earlier than this can the vendor have made the order. */
  notBefore: Date;
  /** No later; null while the request may still be alive. */
  notAfter: Date | null;
}

export interface Match {
  attempt: OpenAttempt;
  vendorOrder: OrderAnswer & { orderReference: string };
}

export interface Matching {
  adopt: readonly Match[];
  /** `unknown` attempts that this listing offers nothing to, not even disputed. */
  without: readonly OpenAttempt[];
}

/** Rough equality of clocks: the vendor's `Date` header has whole seconds, and answers take time to travel. */
const CLOCK_MARGIN_MS = 60_000;

/**
 * Which vendor orders belong to which attempts. `free` holds the vendor's orders that none of ours is linked to, and
 * whose eSIMs are nobody's. Equal orders are interchangeable, so the oldest `unknown` takes each; but as long as an
 * attempt that could own it is still `sending`, nobody does: its own answer may yet come.
 */
export function matchVendorOrders(attempts: readonly OpenAttempt[], free: readonly OrderAnswer[]): Matching {
  const waiting = attempts
    .filter((attempt) => attempt.state === 'unknown')
    .toSorted((a, b) => a.notBefore.getTime() - b.notBefore.getTime());
  const sending = attempts.filter((attempt) => attempt.state === 'sending');
  const adopt: Match[] = [];
  const disputed = new Set<OpenAttempt>();
  for (const vendorOrder of free.toSorted(byCreation)) {
    if (!hasReference(vendorOrder)) continue;
    const owners = waiting.filter((attempt) => couldOwn(attempt, vendorOrder));
    if (sending.some((attempt) => couldOwn(attempt, vendorOrder))) {
      for (const owner of owners) disputed.add(owner);
      continue;
    }
    const owner = owners.find((attempt) => !adopt.some((match) => match.attempt === attempt));
    if (owner !== undefined) adopt.push({ attempt: owner, vendorOrder });
  }
  const without = waiting.filter(
    (attempt) => !disputed.has(attempt) && !adopt.some((match) => match.attempt === attempt),
  );
  return { adopt, without };
}

function couldOwn(attempt: OpenAttempt, order: OrderAnswer): boolean {
  const [item] = order.items;
  if (order.status === 'failed' || order.items.length !== 1 || item === undefined) return false;
  if (item.type !== 'bundle' || item.item !== attempt.item || item.quantity !== 1) return false;
  if (attempt.iccid !== null && (item.iccids.length !== 1 || item.iccids[0] !== attempt.iccid)) return false;
  // An order whose time cannot be read could be ours: that is for a human, but it must not count as absence.
  if (order.createdAt === null) return true;
  const at = order.createdAt.getTime();
  return (
    at >= attempt.notBefore.getTime() - CLOCK_MARGIN_MS &&
    (attempt.notAfter === null || at <= attempt.notAfter.getTime() + CLOCK_MARGIN_MS)
  );
}

function hasReference(order: OrderAnswer): order is OrderAnswer & { orderReference: string } {
  return order.orderReference !== null;
}

function byCreation(a: OrderAnswer, b: OrderAnswer): number {
  return (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0);
}
