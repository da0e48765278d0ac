import * as z from 'zod';

import { BadInput, type SandboxRandom, type SandboxSql, type Vendor } from './context.ts';

const BOTH_WAYS_ACTIONS = [
  'delay',
  'hang',
  'error_500',
  'error_503',
  'rate_limit',
  'forbidden',
  'not_found',
  'drop_before',
  'drop_after',
  'garbage',
] as const;
/**
 * `reorder` is for Telegram's updates: the next one of the same chat overtakes it, if that comes within `delay_ms`. A
 * pre-checkout query is never held back, because Telegram asks one at a time and waits for its answer. A rule without
 * `times` would hold an update back for ever, so it needs them.
 */
const OUTBOUND_ACTIONS = ['duplicate', 'lose', 'reorder'] as const;
const INBOUND_ACTIONS = ['assignment_delay'] as const;

export type FaultAction = (typeof BOTH_WAYS_ACTIONS | typeof OUTBOUND_ACTIONS | typeof INBOUND_ACTIONS)[number];
export type Direction = 'in' | 'out';

const ruleSchema = z.strictObject({
  match: z
    .strictObject({
      method: z.string().min(1).optional(),
      path: z.string().min(1).optional(),
      body: z.string().min(1).optional(),
      direction: z.enum(['in', 'out']).optional(),
    })
    .default({}),
  action: z.enum([...BOTH_WAYS_ACTIONS, ...OUTBOUND_ACTIONS, ...INBOUND_ACTIONS]),
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  delay_ms: z.int().min(0).optional(),
});

export const faultsBody = z.strictObject({
  target: z.enum(['esimgo', 'telegram']),
  rules: z.array(ruleSchema),
});

type FaultRule = z.infer<typeof ruleSchema>;

export interface Fault {
  action: FaultAction;
  delayMs: number | null;
}

export interface CallToMatch {
  vendor: Vendor;
  direction: Direction;
  method: string;
  /** The path of the URL, without the query. */
  path: string;
  body: string;
}

export interface FaultBook {
  load(): Promise<void>;
  replace(target: Vendor, rules: FaultRule[]): Promise<void>;
  clear(): Promise<void>;
  isEmpty(target: Vendor): boolean;
  /** The rules that can still strike. */
  live(target: Vendor): FaultRule[];
  /**
   * The fault of the first live rule that strikes. A rule is live until it has matched `times` times; a match counts whether or
   * not its `probability` then lets it strike, and a rule that does not strike leaves the call to the rules after it.
   */
  strike(call: CallToMatch): Promise<Fault | null>;
}

interface LiveRule {
  position: number;
  rule: FaultRule;
  matches: number;
}

/** The rules live in a table, counters included, so that they outlast the process; a single process reads them from memory. */
export function createFaultBook(sql: SandboxSql, random: SandboxRandom): FaultBook {
  const rulesOf: Record<Vendor, LiveRule[]> = { esimgo: [], telegram: [] };

  return {
    async load() {
      await sql.query(`create table if not exists sandbox.fault_rules (
        target text not null, position int not null, rule jsonb not null, matches int not null default 0,
        primary key (target, position))`);
      const rows = await sql.query<{ target: Vendor; position: number; rule: unknown; matches: number }>(
        'select target, position, rule, matches from sandbox.fault_rules order by position',
      );
      for (const row of rows) {
        rulesOf[row.target].push({ position: row.position, rule: ruleSchema.parse(row.rule), matches: row.matches });
      }
    },
    async replace(target, rules) {
      rules.forEach((rule, index) => checkRule(target, rule, index));
      await sql.transaction(async (tx) => {
        await tx.query('delete from sandbox.fault_rules where target = $1', [target]);
        for (const [position, rule] of rules.entries()) {
          await tx.query('insert into sandbox.fault_rules (target, position, rule) values ($1, $2, $3)', [
            target,
            position,
            JSON.stringify(rule),
          ]);
        }
      });
      rulesOf[target] = rules.map((rule, position) => ({ position, rule, matches: 0 }));
    },
    async clear() {
      await sql.query('delete from sandbox.fault_rules');
      rulesOf.esimgo = [];
      rulesOf.telegram = [];
    },
    isEmpty: (target) => rulesOf[target].length === 0,
    live: (target) => rulesOf[target].filter(isLive).map(({ rule }) => rule),
    async strike(call) {
      for (const live of rulesOf[call.vendor]) {
        const { rule } = live;
        if (!isLive(live)) continue;
        if (!isMatch(rule, call)) continue;
        live.matches += 1;
        const isStruck = rule.probability === undefined || random.next() < rule.probability;
        if (rule.times !== undefined) {
          await sql.query('update sandbox.fault_rules set matches = matches + 1 where target = $1 and position = $2', [
            call.vendor,
            live.position,
          ]);
        }
        if (isStruck) return { action: rule.action, delayMs: rule.delay_ms ?? null };
      }
      return null;
    },
  };
}

function isLive({ rule, matches }: LiveRule): boolean {
  return rule.times === undefined || matches < rule.times;
}

function checkRule(target: Vendor, rule: FaultRule, index: number): void {
  const where = `rules.${index}`;
  if (rule.action === 'assignment_delay' && target !== 'esimgo') {
    throw new BadInput(`${where}: assignment_delay exists for the target esimgo only.`);
  }
  if (rule.action === 'reorder' && target !== 'telegram') {
    throw new BadInput(`${where}: reorder exists for the target telegram only.`);
  }
  if (rule.action === 'reorder' && rule.times === undefined) {
    throw new BadInput(`${where}: reorder needs times.`);
  }
  const only = onlyDirectionOf(rule.action);
  if (only !== null && rule.match.direction !== undefined && rule.match.direction !== only) {
    throw new BadInput(`${where}: ${rule.action} exists for the direction ${only} only.`);
  }
}

function onlyDirectionOf(action: FaultAction): Direction | null {
  if (OUTBOUND_ACTIONS.some((outbound) => outbound === action)) return 'out';
  if (INBOUND_ACTIONS.some((inbound) => inbound === action)) return 'in';
  return null;
}

function isMatch({ match, action }: FaultRule, call: CallToMatch): boolean {
  const only = onlyDirectionOf(action);
  if (only !== null && only !== call.direction) return false;
  if (match.direction !== undefined && match.direction !== call.direction) return false;
  // The vendors' own paths hold the word too (an organisation's webhook), and such a rule means deliveries to the shop.
  if (match.path?.includes('webhook') && call.direction === 'in') return false;
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (match.path !== undefined && !call.path.includes(match.path)) return false;
  if (match.body !== undefined && !call.body.includes(match.body)) return false;
  if (action === 'reorder' && call.body.includes('"pre_checkout_query":')) return false;
  if (action === 'assignment_delay' && !concernsInstallDetails(call)) return false;
  return true;
}

function concernsInstallDetails({ method, path }: CallToMatch): boolean {
  return method === 'POST' ? path.endsWith('/orders') : path.endsWith('/esims/assignments');
}
