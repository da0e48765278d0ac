import type { SeededRandom } from '../../sandbox/random.ts';

/** A rule of the sandbox's fault book, as its control API takes it. */
export interface FaultRule {
  match: { method?: string; path?: string; body?: string; direction?: 'in' | 'out' };
  action: string;
  times: number;
  delay_ms?: number;
}

export interface PlannedFault {
  /** Edge and action: what the report counts by. */
  name: string;
  target: 'esimgo' | 'telegram';
  rule: FaultRule;
}

interface Edge {
  name: string;
  target: PlannedFault['target'];
  match: FaultRule['match'];
  /** Each with how often it is drawn. */
  actions: Readonly<Record<string, number>>;
  weight: number;
  /** In place of those in DELAYS_MS. */
  delaysMs?: Readonly<Record<string, readonly [number, number]>>;
}

const EDGES: readonly Edge[] = [
  {
    name: 'esimgo.purchase',
    target: 'esimgo',
    match: { method: 'POST', path: '/orders', body: '"transaction"' },
    actions: {
      delay: 3,
      error_500: 2,
      error_503: 2,
      rate_limit: 2,
      forbidden: 1,
      not_found: 1,
      garbage: 3,
      drop_before: 3,
      drop_after: 5,
      assignment_delay: 3,
    },
    weight: 10,
  },
  {
    name: 'esimgo.listing',
    target: 'esimgo',
    match: { method: 'GET', path: '/v2.5/orders' },
    actions: { delay: 1, error_500: 1, rate_limit: 1, garbage: 1, drop_before: 1 },
    weight: 3,
  },
  {
    name: 'esimgo.install_details',
    target: 'esimgo',
    match: { method: 'GET', path: '/esims/assignments' },
    actions: { delay: 1, error_503: 2, garbage: 1, drop_after: 1 },
    weight: 2,
  },
  {
    name: 'esimgo.balance',
    target: 'esimgo',
    match: { method: 'GET', path: '/organisation' },
    actions: { delay: 1, error_500: 1, drop_before: 1 },
    weight: 1,
  },
  {
    name: 'esimgo.esims',
    target: 'esimgo',
    match: { path: '/v2.5/esims', direction: 'in' },
    actions: { delay: 1, error_500: 1, rate_limit: 1, garbage: 1, drop_after: 1 },
    weight: 2,
  },
  {
    name: 'esimgo.callback',
    target: 'esimgo',
    match: { direction: 'out' },
    actions: { duplicate: 2, delay: 2, lose: 2 },
    weight: 2,
    // Nobody waits for a callback, so it may come when all else is long over.
    delaysMs: { delay: [100, 60_000] },
  },
  {
    name: 'telegram.payment_update',
    target: 'telegram',
    match: { path: 'webhook', body: 'successful_payment' },
    actions: { duplicate: 4, delay: 2, lose: 2, reorder: 3, drop_before: 1, drop_after: 3, error_500: 1 },
    weight: 6,
  },
  {
    name: 'telegram.pre_checkout',
    target: 'telegram',
    match: { path: 'webhook', body: 'pre_checkout_query' },
    actions: { duplicate: 3, delay: 2, drop_before: 1, drop_after: 2 },
    weight: 2,
  },
  {
    name: 'telegram.refund_update',
    target: 'telegram',
    match: { path: 'webhook', body: 'refunded_payment' },
    actions: { duplicate: 1, delay: 1, lose: 2, drop_after: 1 },
    weight: 2,
  },
  {
    name: 'telegram.refund',
    target: 'telegram',
    match: { path: '/refundStarPayment', direction: 'in' },
    actions: { error_500: 2, drop_before: 1, drop_after: 4, garbage: 2, rate_limit: 1 },
    weight: 3,
  },
  {
    name: 'telegram.send',
    target: 'telegram',
    match: { path: '/send', direction: 'in' },
    // To Telegram a refusal with 403 is a blocked chat.
    actions: { rate_limit: 3, error_500: 1, forbidden: 2, drop_after: 1, delay: 1, garbage: 1 },
    weight: 3,
  },
  {
    name: 'telegram.invoice',
    target: 'telegram',
    match: { path: '/createInvoiceLink', direction: 'in' },
    actions: { error_500: 1, drop_after: 1, rate_limit: 1 },
    weight: 1,
  },
  {
    name: 'telegram.star_ledger',
    target: 'telegram',
    match: { path: '/getStarTransactions', direction: 'in' },
    actions: { error_500: 1, drop_before: 1, garbage: 1 },
    weight: 1,
  },
];

/** The longest time-outs of the shop: a minute for a purchase, a quarter of one for the rest. */
const HANGS: readonly Omit<Edge, 'actions' | 'weight'>[] = [
  {
    name: 'esimgo.purchase',
    target: 'esimgo',
    match: { method: 'POST', path: '/orders', body: '"transaction"' },
  },
  { name: 'esimgo.listing', target: 'esimgo', match: { method: 'GET', path: '/v2.5/orders' } },
  { name: 'telegram.refund', target: 'telegram', match: { path: '/refundStarPayment', direction: 'in' } },
];

const MOST_TIMES = 3;
// Well below the shop's time-outs: what takes longer is a hang.
const DELAYS_MS: Readonly<Record<string, readonly [number, number]>> = {
  delay: [100, 3_000],
  assignment_delay: [1_000, 20_000],
  rate_limit: [1_000, 2_000],
  reorder: [1_000, 10_000],
};

/** What every run meets, however short: each is in force from the beginning until it has struck. */
export const SURE_FAULTS: readonly PlannedFault[] = [
  sure('telegram.payment_update', 'lose'),
  sure('esimgo.purchase', 'drop_before'),
  sure('esimgo.purchase', 'drop_after'),
  sure('esimgo.callback', 'duplicate'),
  sure('telegram.send', 'forbidden'),
];

export function drawFault(random: SeededRandom): PlannedFault {
  const edge = drawWeighted(random, EDGES, ({ weight }) => weight);
  const [action] = drawWeighted(random, Object.entries(edge.actions), ([, weight]) => weight);
  return faultOf(edge, action, random.integer(1, MOST_TIMES), random);
}

function sure(edgeName: string, action: string): PlannedFault {
  const edge = EDGES.find(({ name }) => name === edgeName);
  if (edge?.actions[action] === undefined) throw new RangeError(`${edgeName} knows no ${action}`);
  return { name: `${edgeName}.${action}`, target: edge.target, rule: { match: edge.match, action, times: 1 } };
}

export function drawHang(random: SeededRandom): PlannedFault {
  return faultOf(
    drawWeighted(random, HANGS, () => 1),
    'hang',
    1,
    random,
  );
}

function faultOf(
  { name, target, match, delaysMs }: Omit<Edge, 'actions' | 'weight'>,
  action: string,
  times: number,
  random: SeededRandom,
): PlannedFault {
  const range = delaysMs?.[action] ?? DELAYS_MS[action];
  const delay = range === undefined ? {} : { delay_ms: random.integer(...range) };
  return { name: `${name}.${action}`, target, rule: { match, action, times, ...delay } };
}

export function drawWeighted<Item>(
  random: SeededRandom,
  items: readonly Item[],
  weightOf: (item: Item) => number,
): Item {
  let left = random.next() * items.reduce((sum, item) => sum + weightOf(item), 0);
  const drawn = items.find((item) => (left -= weightOf(item)) < 0) ?? items.at(-1);
  if (drawn === undefined) throw new RangeError('there is nothing to draw from');
  return drawn;
}
