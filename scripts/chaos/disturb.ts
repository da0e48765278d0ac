import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from './event-log.ts';
import type { PlannedFault } from './faults.ts';
import type { ChaosPlan, Disturbance } from './plan.ts';
import type { World } from './world.ts';

const FULL_BALANCE = 1_000_000;
const LOW_BALANCE_ORDERS = 1.5;
// When many buyers come at once, each weather is still met by some requests.
const SHORTEST_WEATHER_MS = 250;

export interface Disturber {
  /** Everything that the plan has for the purchase of this number. */
  purchaseBegins(number: number): void;
  /** Ends what still goes on: no fault, all processes up, every bundle sold, money in the account. */
  calm(): Promise<void>;
  /** How often each kind of fault struck. */
  counts(): ReadonlyMap<string, number>;
}

export function createDisturber(world: World, plan: ChaosPlan, log: EventLog): Disturber {
  const counts = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let weather: readonly PlannedFault[] = [];
  let notMet: readonly PlannedFault[] = plan.sureFaults as readonly PlannedFault[];
  let lastChange = Promise.resolve();
  let isCalm = false;
  const planned = new Map<number, Disturbance[]>();
  for (const { at, what } of plan.disturbances) planned.set(at, [...(planned.get(at) ?? []), what]);

  const count = (name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by);

  /** The sandbox counts the matches of each rule, and a rule that matched has struck. */
  async function changeWeather(drawn: readonly PlannedFault[]): Promise<void> {
    const struck = await world.db.query<{ target: string; position: number; matches: number }>(
      `SELECT target, position, matches FROM sandbox.fault_rules WHERE matches > 0`,
    );
    for (const { target, position, matches } of struck) {
      const fault = weather.filter((each) => each.target === target)[position];
      if (fault === undefined) continue;
      count(fault.name, matches);
      notMet = notMet.filter((each) => each !== fault);
    }
    weather = isCalm ? [] : [...notMet, ...drawn];
    for (const target of ['esimgo', 'telegram']) {
      const rules = weather.filter((fault) => fault.target === target).map(({ rule }) => rule);
      await world.control('faults', { target, rules });
    }
  }

  async function balanceOf(left: 'full' | 'low' | 'empty'): Promise<number> {
    if (left !== 'low') return left === 'full' ? FULL_BALANCE : 0;
    const [dearest] = await world.db.query<{ milli: number }>(
      `SELECT max(cost_milli) AS milli FROM esimgo_products WHERE bundle_name = ANY($1::text[])`,
      [world.plans.map(({ id }) => id)],
    );
    return ((dearest?.milli ?? 0) / 1_000) * LOW_BALANCE_ORDERS;
  }

  /** What is switched on and off again must not change places on the way. */
  function inOrder(change: () => Promise<unknown>): Promise<void> {
    const changed = lastChange.then(async () => void (await change()));
    lastChange = changed.catch(() => undefined);
    return changed;
  }

  async function carryOut(what: Disturbance): Promise<void> {
    switch (what.kind) {
      case 'weather':
        return inOrder(async () => {
          await changeWeather(what.faults as readonly PlannedFault[]);
          await sleep(SHORTEST_WEATHER_MS);
        });
      case 'kill':
        await Promise.all(
          what.processes.map(async (index) => {
            await world.killShop(index);
            await world.startShop(index);
          }),
        );
        return count('process.kill', what.processes.length);
      case 'power_cut':
        await sleep(what.afterMs);
        return count((await world.cutPower()) ? 'process.kill_everything' : 'process.kill_everything_but_database');
      case 'freeze': {
        const child = world.slots[what.process]?.child?.process;
        if (child === undefined) return;
        child.kill('SIGSTOP');
        await sleep(what.ms);
        child.kill('SIGCONT');
        return count('process.freeze');
      }
      case 'cut_connections':
        return count('database.cut_connection', await world.cutConnections(what.share));
      case 'failover':
        await world.failOver(what.ms);
        return count('database.failover');
      case 'lock_table':
        await world.lockTable(what.table, what.ms);
        return count('database.pause');
      case 'balance':
        await inOrder(async () => world.control('set', { esimgo: { balance: await balanceOf(what.left) } }));
        return what.left === 'full' ? undefined : count(`esimgo.balance_${what.left}`);
      case 'delist': {
        const name = world.plans[Math.floor(what.choice * world.plans.length)]?.id;
        if (name === undefined) return;
        await inOrder(() =>
          world.control('set', { esimgo: { bundle: what.isOnSale ? { name } : { name, price: null } } }),
        );
        return what.isOnSale ? undefined : count('esimgo.delisted');
      }
      case 'sweep':
        return world.cron('sweep-stars');
    }
  }

  return {
    purchaseBegins(number) {
      if (isCalm) return;
      for (const what of planned.get(number) ?? []) {
        log.note('disturbance', { at: number, what });
        const work = carryOut(what).catch((error: unknown) => {
          log.note('disturbance_failed', { at: number, kind: what.kind, error: String(error) });
        });
        underWay.add(work);
        void work.then(() => underWay.delete(work));
      }
    },
    async calm() {
      isCalm = true;
      await Promise.all(underWay);
      await inOrder(() => changeWeather([]));
      await world.control('set', { esimgo: { balance: FULL_BALANCE } });
      for (const { id } of world.plans) await world.control('set', { esimgo: { bundle: { name: id } } });
      await Promise.all(world.slots.map((_, index) => world.startShop(index)));
      for (const { clockOffsetS, isolation } of plan.processes) {
        if (clockOffsetS !== 0) count('process.wrong_clock');
        if (isolation === 'serializable') count('process.serializable');
      }
    },
    counts: () => counts,
  };
}
