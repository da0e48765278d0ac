import * as z from 'zod';
import { createRandom, type SeededRandom } from '../../sandbox/random.ts';
import { drawFault, drawHang, drawWeighted, SURE_FAULTS } from './faults.ts';

const HABITS = {
  plain: 50,
  /** Taps "pay" twice: two requests with one key. */
  double_tap: 8,
  /** Pays one invoice from two devices at once. */
  pays_twice: 8,
  /** A stranger opens the invoice and tries to pay it. */
  lets_other_pay: 3,
  /** Buys another bundle for the eSIM of an earlier order. */
  top_up: 12,
  /** Installs the eSIM and uses data, which makes the supplier call back. */
  uses_it: 10,
  blocks_the_bot: 5,
  /** Telegram takes the Stars back after the delivery. */
  taken_back: 2,
  never_pays: 2,
} as const;

const buyerSchema = z.object({
  userId: z.int(),
  habit: z.enum(Object.keys(HABITS) as [keyof typeof HABITS, ...(keyof typeof HABITS)[]]),
  /** Which of the plans on offer, from 0 to below 1. */
  choice: z.number(),
});

const faultSchema = z.object({
  name: z.string(),
  target: z.enum(['esimgo', 'telegram']),
  rule: z.object({
    match: z.object({
      method: z.string().optional(),
      path: z.string().optional(),
      body: z.string().optional(),
      direction: z.enum(['in', 'out']).optional(),
    }),
    action: z.string(),
    times: z.int(),
    delay_ms: z.int().optional(),
  }),
});

const disturbanceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('weather'), faults: z.array(faultSchema) }),
  z.object({ kind: z.literal('kill'), processes: z.array(z.int()) }),
  z.object({ kind: z.literal('power_cut'), afterMs: z.int() }),
  z.object({ kind: z.literal('freeze'), process: z.int(), ms: z.int() }),
  z.object({ kind: z.literal('cut_connections'), share: z.number() }),
  z.object({ kind: z.literal('lock_table'), table: z.string(), ms: z.int() }),
  /** The shop's connections to the database end, and no new one comes about for so long. */
  z.object({ kind: z.literal('failover'), ms: z.int() }),
  /** `low` is less than two orders cost. */
  z.object({ kind: z.literal('balance'), left: z.enum(['full', 'low', 'empty']) }),
  z.object({ kind: z.literal('delist'), choice: z.number(), isOnSale: z.boolean() }),
  z.object({ kind: z.literal('sweep') }),
]);

const planSchema = z.object({
  version: z.literal(2),
  seed: z.string(),
  purchases: z.int().min(1),
  realLimits: z.boolean(),
  atOnce: z.int().min(1),
  processes: z.array(z.object({ clockOffsetS: z.int(), isolation: z.enum(['read committed', 'serializable']) })),
  buyers: z.array(buyerSchema),
  /** In force until each has struck as often as it says. */
  sureFaults: z.array(faultSchema),
  /** Each happens when the purchase of this number begins: the machine's speed moves none of them. */
  disturbances: z.array(z.object({ at: z.int(), what: disturbanceSchema })),
});

export type ChaosPlan = z.infer<typeof planSchema>;
export type BuyerPlan = z.infer<typeof buyerSchema>;
export type Disturbance = z.infer<typeof disturbanceSchema>;

export interface PlanOptions {
  purchases: number;
  seed: string;
  realLimits?: boolean;
  /** How often everything dies at once; about once in 500 purchases when left out. */
  powerCuts?: number;
}

// A purchase mostly waits, for faults to pass and for the buyer to look again.
const AT_ONCE = 40;
// Within the vendors' limits more buyers would only be told that the queue is long.
const AT_ONCE_WITHIN_LIMITS = 8;
const PURCHASES_PER_USER = 3;
const USES_IT_EVERY = 6;
const FIRST_USER = 7_000_000;
// A run with fewer purchases than this has no time for a request that hangs for a minute.
const LONG_RUN = 50;
const PURCHASES_PER_POWER_CUT = 500;
const LATEST_POWER_CUT_MS = 4_000;
const LOCKABLE = ['orders', 'payments', 'outbox', 'provisioning_attempts', 'esims'];

/** Buyers, faults and kill points, all drawn from the seed. */
export function makePlan({ purchases, seed, realLimits = false, powerCuts }: PlanOptions): ChaosPlan {
  const random = createRandom(`chaos:${seed}`);
  const skewS = random.integer(0, 1) === 0 ? -600 : 600;
  return {
    version: 2,
    seed,
    purchases,
    realLimits,
    atOnce: Math.min(realLimits ? AT_ONCE_WITHIN_LIMITS : AT_ONCE, Math.max(2, Math.ceil(purchases / 3))),
    processes: [
      { clockOffsetS: 0, isolation: 'read committed' },
      { clockOffsetS: skewS, isolation: 'serializable' },
    ],
    buyers: Array.from({ length: purchases }, (_, number) => drawBuyer(random, purchases, number)),
    sureFaults: SURE_FAULTS.map((fault) => structuredClone(fault)),
    disturbances: drawDisturbances(random, purchases, powerCuts),
  };
}

export function readPlan(value: unknown): ChaosPlan {
  return planSchema.parse(value);
}

function drawBuyer(random: SeededRandom, purchases: number, number: number): BuyerPlan {
  const [drawn] = drawWeighted(random, entriesOf(HABITS), ([, weight]) => weight);
  const userId = FIRST_USER + random.integer(1, Math.max(1, Math.ceil(purchases / PURCHASES_PER_USER)));
  // Only a plan that is used makes the supplier call back.
  const habit = number % USES_IT_EVERY === 1 ? 'uses_it' : drawn;
  return { userId, habit, choice: random.next() };
}

function drawDisturbances(random: SeededRandom, purchases: number, powerCuts?: number): ChaosPlan['disturbances'] {
  const list: ChaosPlan['disturbances'] = [];
  const add = (at: number, what: Disturbance): void => {
    list.push({ at: Math.min(at, purchases - 1), what });
  };
  const isLong = purchases >= LONG_RUN;
  for (let at = 0; at < purchases; at += random.integer(3, 6)) {
    const faults = Array.from({ length: random.integer(4, 9) }, () => drawFault(random));
    if (isLong && random.integer(1, 12) === 1) faults.unshift(drawHang(random));
    add(at, { kind: 'weather', faults });
  }
  every(random, purchases, 30, 2, (at) => {
    const isBoth = random.integer(1, 5) === 1;
    add(at, { kind: 'kill', processes: isBoth ? [0, 1] : [random.integer(0, 1)] });
  });
  every(random, purchases, 40, isLong ? 1 : 2, (at) =>
    add(at, { kind: 'freeze', process: random.integer(0, 1), ms: random.integer(500, isLong ? 9_000 : 2_000) }),
  );
  every(random, purchases, 15, 2, (at) =>
    add(at, { kind: 'cut_connections', share: random.next() < 0.3 ? 1 : random.next() }),
  );
  every(random, purchases, 25, 1, (at) => {
    const table = LOCKABLE[random.integer(0, LOCKABLE.length - 1)] ?? 'orders';
    add(at, { kind: 'lock_table', table, ms: random.integer(200, 2_500) });
  });
  every(random, purchases, 20, 2, (at) => add(at, { kind: 'sweep' }));
  every(random, purchases, 100, 1, (at) => add(at, { kind: 'failover', ms: random.integer(1_000, 5_000) }));
  for (const left of ['empty', 'low'] as const) {
    every(random, purchases, 150, 1, (at) => {
      add(at, { kind: 'balance', left });
      add(at + (isLong ? random.integer(4, 10) : random.integer(2, 4)), { kind: 'balance', left: 'full' });
    });
  }
  every(random, purchases, 60, 1, (at) => {
    const choice = random.next();
    add(at, { kind: 'delist', choice, isOnSale: false });
    add(at + random.integer(2, 6), { kind: 'delist', choice, isOnSale: true });
  });
  const cuts = powerCuts ?? (isLong ? Math.ceil(purchases / PURCHASES_PER_POWER_CUT) : 0);
  for (let cut = 0; cut < cuts; cut += 1) {
    add(random.integer(1, purchases - 1), { kind: 'power_cut', afterMs: random.integer(0, LATEST_POWER_CUT_MS) });
  }
  return list.toSorted((a, b) => a.at - b.at);
}

/** About once in `rate` purchases and at least `least` times, at places drawn from the seed. */
function every(
  random: SeededRandom,
  purchases: number,
  rate: number,
  least: number,
  place: (at: number) => void,
): void {
  const count = Math.max(least, Math.round(purchases / rate));
  for (let i = 0; i < count; i += 1) place(random.integer(1, Math.max(1, purchases - 2)));
}

function entriesOf<Key extends string>(table: Readonly<Record<Key, number>>): [Key, number][] {
  return Object.entries(table) as [Key, number][];
}
