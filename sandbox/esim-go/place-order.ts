import type { SandboxClock, SandboxRandom } from '../context.ts';
import { refuse } from './answers.ts';
import { balanceCallbacks, insufficientBalanceCallback } from './balance-callbacks.ts';
import type { Bundle } from './catalogue/generate-bundles.ts';
import {
  isDeactivated,
  stateAt,
  type Assignment,
  type Esim,
  type HistoryEntry,
  type Instant,
  type InventoryLot,
  type Order,
  type OrderItem,
} from './entities.ts';
import { formatOrder, formatValidation } from './formatters/order.ts';
import { formatInstant } from './instant.ts';
import type { World } from './world.ts';

export interface OrderRequest {
  /** True puts the bundles on eSIMs, false into the inventory. */
  isAssigned: boolean;
  lines: readonly OrderLine[];
}

interface OrderLine {
  type: string;
  item: string;
  quantity: number;
  /** Empty: new eSIMs. */
  iccids: readonly string[];
  allowReassign: boolean;
}

interface CheckedLine extends OrderLine {
  bundle: Bundle;
  /** The eSIMs to top up, in the order asked for; those that must be replaced by a new one are null. */
  targets: readonly (Esim | null)[];
}

/** Above these counts the vendor makes the eSIMs in the background, or refuses. */
const MOST_AT_ONCE = 5;
const MOST_IN_AN_ORDER = 10;
const BACKGROUND_MS = 3_000;
const MOST_QUEUED_BUNDLES = 30;
const INVENTORY_LIFE_MS = 365 * 86_400_000;
const ICCID_PREFIX = '894310000';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const DIGITS = '0123456789';

export async function validateOrder(world: World, request: OrderRequest): Promise<Response> {
  const lines = await checkLines(world, request);
  if (lines instanceof Response) return lines;
  const items = lines.map((line) => toItem(line, []));
  return Response.json(
    formatValidation(items, totalOf(items), request.isAssigned, formatInstant(instantNow(world.context))),
  );
}

/** Buys, and buys again when asked again: the vendor has no idempotency key. */
export async function buyOrder(
  world: World,
  request: OrderRequest,
  ip: string,
  assignmentDelayMs: number | null,
): Promise<Response> {
  const { context, store } = world;
  const lines = await checkLines(world, request);
  if (lines instanceof Response) return lines;

  const createdAt = instantNow(context);
  const reference = context.random.uuid();
  const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  const readyAtMs = createdAt.ms + (assignmentDelayMs ?? (quantity > MOST_AT_ONCE ? BACKGROUND_MS : 0));

  const newEsims: Esim[] = [];
  const toppedUpEsims: Esim[] = [];
  const assignments: Assignment[] = [];
  const newLots: InventoryLot[] = [];
  const toppedUp: { iccid: string; history: HistoryEntry[] }[] = [];
  const items: OrderItem[] = [];

  for (const line of lines) {
    if (!request.isAssigned) {
      newLots.push(newLot(await store.takeSerial(), line.bundle.name, line.quantity, createdAt.ms));
      items.push(toItem(line, []));
      continue;
    }
    const iccids: string[] = [];
    for (const target of line.targets) {
      const applied = { name: 'Bundle Applied', bundleName: line.bundle.name, atMs: createdAt.ms };
      if (target === null) {
        const esim = newEsim(await store.takeSerial(), line.bundle, applied, readyAtMs, context.random);
        newEsims.push(esim);
        iccids.push(esim.iccid);
      } else {
        toppedUpEsims.push(target);
        toppedUp.push({ iccid: target.iccid, history: [applied] });
        iccids.push(target.iccid);
      }
    }
    for (const iccid of iccids) {
      const position = assignments.length;
      assignments.push(
        newAssignment(await store.takeSerial(), iccid, line.bundle, `${reference}-${position}`, createdAt, readyAtMs),
      );
    }
    items.push(toItem(line, iccids));
  }

  const order: Order = {
    reference,
    createdAt,
    status: 'completed',
    isAssigned: request.isAssigned,
    items,
    totalMilli: totalOf(items),
    runningBalanceMilli: null,
    readyAtMs,
  };
  const balanceMilli = await store.placeOrder({ order, newEsims, assignments, newLots, toppedUp });
  if (balanceMilli === null) return refuseUnpaid(world, order);

  world.callbacks.send(balanceCallbacks(balanceMilli + order.totalMilli, balanceMilli));
  const isReady = readyAtMs <= createdAt.ms;
  const placed = { ...order, runningBalanceMilli: balanceMilli };
  return Response.json(formatOrder(placed, [...newEsims, ...toppedUpEsims], ip, isReady));
}

/** A failed order stays in the list. */
async function refuseUnpaid({ store, callbacks }: World, order: Order): Promise<Response> {
  const { balanceMilli } = await store.loadAccount();
  await store.insertOrder({ ...order, status: 'failed', items: order.items.map((item) => ({ ...item, iccids: [] })) });
  callbacks.send([insufficientBalanceCallback(balanceMilli)]);
  return refuse(400, 'Failed to process Order. No payment taken.');
}

async function checkLines(world: World, request: OrderRequest): Promise<CheckedLine[] | Response> {
  const checked: CheckedLine[] = [];
  let quantity = 0;
  for (const line of request.lines) {
    if (line.type !== 'bundle') return refuse(400, 'Invalid Order Item type');
    if (line.quantity < 1) return refuse(400, 'quantity must be at least 1');
    quantity += line.quantity;
    if (line.iccids.length > 0 && !request.isAssigned) return refuse(400, 'iccids can only be used with assign');
    if (line.iccids.length > 0 && line.iccids.length !== line.quantity)
      return refuse(400, 'quantity must match the number of iccids');
    const bundle = world.catalogue.findOnSale(line.item);
    if (bundle === undefined) return refuse(400, `Bundle ${line.item} not found`);
    const targets = await checkTargets(world, line, bundle);
    if (targets instanceof Response) return targets;
    checked.push({ ...line, bundle, targets });
  }
  if (quantity > MOST_IN_AN_ORDER) return refuse(400, `An Order can contain at most ${MOST_IN_AN_ORDER} bundles`);
  return checked;
}

async function checkTargets(
  { store, context }: World,
  line: OrderLine,
  bundle: Bundle,
): Promise<(Esim | null)[] | Response> {
  if (line.iccids.length === 0) return Array.from({ length: line.quantity }, () => null);
  const esims = new Map((await store.findEsims(line.iccids)).map((esim) => [esim.iccid, esim]));
  const targets: (Esim | null)[] = [];
  for (const iccid of line.iccids) {
    const esim = esims.get(iccid);
    if (esim === undefined) return refuse(403, 'access denied');
    if (isDeactivated(esim)) return refuse(400, `eSIM ${iccid} has been deactivated`);
    const isCompatible = esim.profileName === bundle.profileName;
    if (!isCompatible && !line.allowReassign)
      return refuse(400, `Bundle ${bundle.name} is not compatible with eSIM ${iccid}`);
    const nowMs = context.clock.now().getTime();
    const queued = (await store.assignmentsOf(iccid)).filter((assignment) => stateAt(assignment, nowMs) === 'queued');
    if (isCompatible && queued.length >= MOST_QUEUED_BUNDLES)
      return refuse(400, `eSIM ${iccid} has too many queued bundles`);
    targets.push(isCompatible ? esim : null);
  }
  return targets;
}

function toItem({ bundle, quantity, allowReassign }: CheckedLine, iccids: string[]): OrderItem {
  return { type: 'bundle', item: bundle.name, quantity, pricePerUnitMilli: bundle.priceMilli, allowReassign, iccids };
}

function totalOf(items: readonly OrderItem[]): number {
  return items.reduce((sum, item) => sum + item.pricePerUnitMilli * item.quantity, 0);
}

export function instantNow({ clock, random }: { clock: SandboxClock; random: SandboxRandom }): Instant {
  return { ms: clock.now().getTime(), nanos: random.integer(0, 999_999) };
}

export function newLot(id: number, bundleName: string, quantity: number, nowMs: number): InventoryLot {
  return { id: 100_000 + id, bundleName, total: quantity, remaining: quantity, expiresAtMs: nowMs + INVENTORY_LIFE_MS };
}

function newEsim(
  serial: number,
  bundle: Bundle,
  applied: HistoryEntry,
  readyAtMs: number,
  random: SandboxRandom,
): Esim {
  return {
    iccid: iccidOf(serial),
    matchingId: newMatchingId(random),
    smdpHost: `rsp-${String(random.integer(1, 40)).padStart(4, '0')}.sandbox.example`,
    pin: random.string(4, DIGITS),
    puk: random.string(8, DIGITS),
    profileName: bundle.profileName,
    profileStatus: 'Released',
    firstInstalledAtMs: null,
    customerRef: '',
    state: 'active',
    lastAction: applied.name,
    lastActionAtMs: applied.atMs,
    assignedAtMs: applied.atMs,
    readyAtMs,
    firstAttachedAtMs: null,
    firstUsedAtMs: null,
    country: null,
    lastSeenAtMs: null,
    history: [applied],
  };
}

function newAssignment(
  serial: number,
  iccid: string,
  bundle: Bundle,
  reference: string,
  assignedAt: Instant,
  readyAtMs: number,
): Assignment {
  const bytes = bundle.isUnlimited ? -1 : bundle.dataMb * 1_000_000;
  return {
    id: 200_000_000 + serial,
    iccid,
    bundleName: bundle.name,
    reference,
    state: 'queued',
    initialBytes: bytes,
    remainingBytes: bytes,
    assignedAt,
    readyAtMs,
    startedAtMs: null,
    endsAtMs: null,
    alertedPercent: 0,
  };
}

/** 19 digits, the last of which is the check digit of ISO/IEC 7812. */
function iccidOf(serial: number): string {
  const digits = `${ICCID_PREFIX}${String(serial).padStart(9, '0')}`;
  const sum = digits.split('').reduce((total, digit, index) => {
    const value = Number(digit) * ((digits.length - index) % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Two forms occur. */
function newMatchingId(random: SandboxRandom): string {
  const lengths = random.integer(0, 3) === 0 ? [2, 6, 7] : [5, 5, 5, 5];
  return lengths.map((length) => random.string(length, CAPITALS)).join('-');
}
