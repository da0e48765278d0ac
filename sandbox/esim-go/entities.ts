/** A point in time as the vendor keeps it: with nanoseconds, of which JavaScript's own dates hold only the milliseconds. */
export interface Instant {
  ms: number;
  /** Below the millisecond, 0 to 999,999. */
  nanos: number;
}

export interface OrderItem {
  type: 'bundle' | 'topup' | 'bundleRefund';
  item: string;
  quantity: number;
  pricePerUnitMilli: number;
  allowReassign: boolean;
  iccids: string[];
}

export interface Order {
  reference: string;
  createdAt: Instant;
  status: 'completed' | 'failed';
  isAssigned: boolean;
  items: OrderItem[];
  totalMilli: number;
  runningBalanceMilli: number | null;
  /** Until then the eSIMs of the order are still being made. */
  readyAtMs: number;
}

export type ProfileStatus = 'Released' | 'Installed' | 'Unavailable' | 'Deactivated';
export type EsimState = 'active' | 'suspended' | 'deactivated';

export interface HistoryEntry {
  name: string;
  bundleName: string;
  atMs: number;
  alertType?: string;
}

export interface Esim {
  iccid: string;
  matchingId: string;
  /** A bare host name. */
  smdpHost: string;
  pin: string;
  puk: string;
  profileName: string;
  profileStatus: ProfileStatus;
  firstInstalledAtMs: number | null;
  customerRef: string;
  state: EsimState;
  lastAction: string;
  lastActionAtMs: number;
  assignedAtMs: number;
  readyAtMs: number;
  firstAttachedAtMs: number | null;
  firstUsedAtMs: number | null;
  /** Where the eSIM was last seen: ISO country and network code. */
  country: string | null;
  lastSeenAtMs: number | null;
  history: HistoryEntry[];
}

/** As stored. What a caller sees also depends on the time: see `stateAt`. */
export type StoredAssignmentState = 'queued' | 'active' | 'depleted' | 'expired' | 'revoked' | 'lapsed';
export type AssignmentState = StoredAssignmentState | 'processing';

/** A bundle on an eSIM. */
export interface Assignment {
  id: number;
  iccid: string;
  bundleName: string;
  /** The order's reference with the position in the order behind it. */
  reference: string;
  state: StoredAssignmentState;
  /** -1 when unlimited. */
  initialBytes: number;
  remainingBytes: number;
  assignedAt: Instant;
  readyAtMs: number;
  startedAtMs: number | null;
  endsAtMs: number | null;
  /** The highest share of the data for which a callback was sent, in percent. */
  alertedPercent: number;
}

export interface InventoryLot {
  id: number;
  bundleName: string;
  total: number;
  remaining: number;
  expiresAtMs: number;
}

/** For good: nothing can be installed from it or put on it any more. */
export function isDeactivated({ state }: Pick<Esim, 'state'>): boolean {
  return state === 'deactivated';
}

export function stateAt(assignment: Assignment, nowMs: number): AssignmentState {
  const { state } = assignment;
  if (state === 'queued' && assignment.readyAtMs > nowMs) return 'processing';
  if ((state === 'active' || state === 'depleted') && assignment.endsAtMs !== null && assignment.endsAtMs <= nowMs)
    return 'expired';
  return state;
}

export function lpaOf({ smdpHost, matchingId }: Pick<Esim, 'smdpHost' | 'matchingId'>): string {
  return `LPA:1$${smdpHost}$${matchingId}`;
}
