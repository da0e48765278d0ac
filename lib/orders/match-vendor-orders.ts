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
  /** Put down by `doubtOrder`, not by a request. */
  isDoubted?: boolean;
}

/** A vendor order that none of ours is linked to. */
export type FreeOrder = OrderAnswer & {
  /** Our order that its eSIM is tagged with; then it is that one's and no other's. */
  ownerId?: string;
  /** Whether its eSIM is tagged is not known: it could not be read, or would have decided nothing. */
  isTagUnread?: boolean;
};

export interface Match {
  attempt: OpenAttempt;
  vendorOrder: FreeOrder & { orderReference: string };
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
export function matchVendorOrders(attempts: readonly OpenAttempt[], free: readonly FreeOrder[]): Matching {
  const waiting = attempts
    .filter((attempt) => attempt.state === 'unknown')
    .toSorted((a, b) => a.notBefore.getTime() - b.notBefore.getTime());
  const sending = attempts.filter((attempt) => attempt.state === 'sending');
  const isLike = likeness(attempts);
  const couldOwn = (attempt: OpenAttempt, order: FreeOrder): boolean => {
    if (!isLike(attempt, order)) return false;
    return order.ownerId === undefined ? isInWindow(attempt, order.createdAt) : order.ownerId === attempt.orderId;
  };
  const adopt: Match[] = [];
  const disputed = new Set<OpenAttempt>();
  for (const vendorOrder of free.toSorted(byCreation)) {
    const owners = waiting.filter((attempt) => couldOwn(attempt, vendorOrder));
    if (!isCertain(vendorOrder) || sending.some((attempt) => couldOwn(attempt, vendorOrder))) {
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

/**
 * Whether this order leaves all of its like undecided whatever its eSIM is tagged with: a request that may be under way
 * could own it, and so could each attempt that waits for such an order.
 */
export function staysDisputed(attempts: readonly OpenAttempt[], order: FreeOrder): boolean {
  const isLike = likeness(attempts);
  const like = attempts.filter((attempt) => isLike(attempt, order));
  const inWindow = like.filter((attempt) => isInWindow(attempt, order.createdAt));
  const isLeftOut = like.some((attempt) => attempt.state === 'unknown' && !inWindow.includes(attempt));
  return inWindow.some(({ state }) => state === 'sending') && !isLeftOut;
}

/** Whether an order is what an attempt asked for; when it was made is another question. */
function likeness(attempts: readonly OpenAttempt[]): (attempt: OpenAttempt, order: FreeOrder) => boolean {
  const toppedUp = new Set(attempts.map(({ iccid }) => iccid));
  return (attempt, { status, items }) => {
    const [item] = items;
    if (status === 'failed' || items.length !== 1 || item === undefined) return false;
    if (item.type !== 'bundle' || item.item !== attempt.item || item.quantity !== 1) return false;
    return attempt.iccid === null
      ? !item.iccids.some((iccid) => toppedUp.has(iccid))
      : item.iccids.length === 1 && item.iccids[0] === attempt.iccid;
  };
}

/** An order whose time cannot be read could be anybody's; `isCertain` keeps it from being adopted. */
function isInWindow({ notBefore, notAfter }: OpenAttempt, createdAt: Date | null): boolean {
  if (createdAt === null) return true;
  const at = createdAt.getTime();
  return (
    at >= notBefore.getTime() - CLOCK_MARGIN_MS && (notAfter === null || at <= notAfter.getTime() + CLOCK_MARGIN_MS)
  );
}

/**
 * Without its reference or its time, an order that could be ours is for a human, and without a look at its tag for the
 * next listing; it must not count as absence either.
 */
function isCertain(order: FreeOrder): order is FreeOrder & { orderReference: string } {
  return order.orderReference !== null && order.createdAt !== null && order.isTagUnread !== true;
}

function byCreation(a: OrderAnswer, b: OrderAnswer): number {
  return (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0);
}
