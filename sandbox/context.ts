/** What both simulators share. Each simulator is written against this and knows nothing of the other. */
export interface SandboxContext {
  sql: SandboxSql;
  clock: SandboxClock;
  random: SandboxRandom;
  keys: SandboxKeys;
  shop: ShopDelivery;
  journal: CallJournal;
}

/** The simulators' own schema (`sandbox`) in the shop's PostgreSQL. Statements name tables as `sandbox.<table>`. */
export interface SandboxSql {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  transaction<Result>(work: (tx: Pick<SandboxSql, 'query'>) => Promise<Result>): Promise<Result>;
}

/** The vendors' time: real time plus what `POST /sandbox/api/set {clock:{advance_s}}` added. */
export interface SandboxClock {
  now(): Date;
  /** Resolves after `ms` of the vendors' time; advancing the clock wakes sleepers that became due. Stops early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Drawn from the seed, so that a run can be repeated. */
export interface SandboxRandom {
  /** In [0, 1). */
  next(): number;
  integer(minInclusive: number, maxInclusive: number): number;
  /** `length` characters of `alphabet`. */
  string(length: number, alphabet: string): string;
  uuid(): string;
}

export interface SandboxKeys {
  botToken: string;
  botUsername: string;
  esimGoApiKey: string;
}

export type Vendor = 'esimgo' | 'telegram';

/** One attempt to hand a callback or an update to the shop; faults with direction `out` are applied here. */
export interface ShopDelivery {
  /** Where the shop is, as its owner entered it in the portal. */
  urlOf(path: string): string;
  /** `path` is relative to the shop, such as `/api/telegram/webhook`. A full URL is taken as it is. */
  post(vendor: Vendor, path: string, headers: Record<string, string>, body: string): Promise<DeliveryOutcome>;
}

export type DeliveryOutcome =
  | { kind: 'answered'; status: number; retryAfterS: number | null; body: string }
  /** The connection broke or a `drop_*` rule cut it; Telegram tries again, eSIM Go does not. */
  | { kind: 'unanswered'; reason: string }
  /** A `lose` rule: nothing was sent and nobody will try again. */
  | { kind: 'lost' }
  /** A `reorder` rule: nothing was sent, and the next of the same chat goes first if it comes within so long. */
  | { kind: 'overtaken'; waitMs: number };

/** The log of calls between shop, eSIM Go and Telegram that the sandbox page shows. Kept in memory. */
export interface CallJournal {
  record(entry: {
    vendor: Vendor;
    direction: 'in' | 'out';
    method: string;
    path: string;
    status: number | null;
    ms: number;
    request?: string;
    response?: string;
  }): void;
}

/** What a fault rule asks of the simulator itself; the other actions are carried out around it. */
export interface FaultEffects {
  /** eSIM Go only: the install details of the order concerned come this long after it was placed. */
  assignmentDelayMs?: number;
}

/** One vendor. `handle` receives requests below its own prefix, already past the fault rules of direction `in`. */
export interface Simulator {
  /** Creates its tables if they are missing and resumes what was under way. */
  start(): Promise<void>;
  /** `path` is the URL path below the prefix, such as `/v2.5/orders` or `/bot123:abc/sendMessage`. */
  handle(request: Request, path: string, effects?: FaultEffects): Promise<Response>;
  /** No orders, eSIMs, charges, chats; webhook, keys and catalogue stay. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface TelegramSimulator extends Simulator {
  initData(input: unknown): Promise<Response>;
  pay(input: unknown): Promise<Response>;
  message(input: unknown): Promise<Response>;
  /** A tap on a callback button of a chat message. */
  tap(input: unknown): Promise<Response>;
  chat(query: URLSearchParams): Promise<Response>;
  ledger(): Promise<{ charges: StarCharge[]; refunds: { charge_id: string }[] }>;
  /** The `telegram` part of `POST /sandbox/api/set`. Throws `BadInput` with a sentence. */
  set(input: unknown): Promise<void>;
}

export interface EsimGoSimulator extends Simulator {
  /** `POST /sandbox/api/esim` */
  moveEsim(input: unknown): Promise<Response>;
  /** `GET /sandbox/api/esim` */
  showEsim(query: URLSearchParams): Promise<Response>;
  ledger(): Promise<{ balance: number; orders: LedgerOrder[]; esims: LedgerEsim[]; assignments: LedgerAssignment[] }>;
  /** The `esimgo` part of `POST /sandbox/api/set`. Throws `BadInput` with a sentence. */
  set(input: unknown): Promise<void>;
}

export interface StarCharge {
  charge_id: string;
  user_id: number;
  amount: number;
  payload: string;
}

export interface LedgerOrder {
  order_reference: string;
  item: string;
  iccid: string;
  status: string;
  created_at: string;
}

export interface LedgerEsim {
  iccid: string;
  smdp_address: string;
  matching_id: string;
  lpa: string;
  profile_status: string;
  customer_ref: string;
  /** `active`, `suspended` or `deactivated`. */
  state: string;
}

/** A bundle on an eSIM. */
export interface LedgerAssignment {
  /** The order's, with the position in the order behind it. */
  reference: string;
  iccid: string;
  item: string;
  state: string;
}

/** Wrong input to the control API; answered 400 with the message. */
export class BadInput extends Error {
  override name = 'BadInput';
}
