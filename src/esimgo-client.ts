import type { Destination, DestinationsAnswer, PlansAnswer } from '../lib/contract/catalogue.ts';
import type { ErrorCode } from '../lib/contract/error-codes.ts';
import type { Esim, EsimActionAnswer, EsimActionBody, EsimSummary } from '../lib/contract/esim.ts';
import type { HealthAnswer } from '../lib/contract/health.ts';
import type { CreateOrderAnswer, CreateOrderBody, Order, OrderAnswer, OrdersAnswer } from '../lib/contract/order.ts';
import type { EventsBody, Language, SessionActionAnswer, SessionAnswer } from '../lib/contract/session.ts';
import { forgetAll, keep, readKept } from './kept-values.ts';
import { isErrorCode } from './problems.ts';

const GET_TIMEOUT_MS = 12_000;
/** An order asks the supplier and Telegram before it answers. */
const POST_TIMEOUT_MS = 40_000;
const RETRY_AFTER_MS = [400, 1_200] as const;
const LONGEST_WAIT_MS = 5_000;
/** As long as the list of destinations is taken for fresh when a screen opens again. */
const DESTINATIONS_FRESH_MS = 300_000;
const DESTINATIONS = 'destinations';
/** Older than this, prices are not even worth a first look. */
const DESTINATIONS_KEPT_MS = 7 * 86_400_000;
const UNFINISHED_ORDERS = 'unfinished-orders';
/** More than anybody leaves unpaid at a time. */
const MAX_UNFINISHED = 20;

/** The server's codes, and what can go wrong on the way to it. */
export type ClientErrorCode = ErrorCode | 'offline' | 'timed_out' | 'unreadable';

export class ESIMGoClientError extends Error {
  override name = 'ESIMGoClientError';
  readonly code: ClientErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor(
    code: ClientErrorCode,
    more: { details?: Record<string, unknown>; requestId?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(code, { cause: more.cause });
    this.code = code;
    this.details = more.details ?? {};
    this.requestId = more.requestId ?? null;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}

export function codeOf(error: unknown): ClientErrorCode {
  return error instanceof ESIMGoClientError ? error.code : 'unreadable';
}

type Destinations = DestinationsAnswer['destinations'];

interface KeptDestinations {
  at: number;
  list: Destinations;
}

interface UnfinishedOrder {
  key: string;
  request: string;
  orderId: string | null;
}

interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  isPublic?: boolean;
  keepalive?: boolean;
}

/** Everything that the Mini App asks the server; nothing else in src/ does. */
export class ESIMGoClient {
  readonly #initData: string;
  readonly #origin: string;
  #session: Promise<SessionAnswer> | null = null;
  /** The server asked to be left alone until then. */
  #restUntil = 0;
  #destinations: KeptDestinations | null = readDestinations();

  /** `origin` is for tests, which have no page whose own it could be. */
  constructor(initData: string, origin = '') {
    this.#initData = initData;
    this.#origin = origin;
  }

  /** Who the user is, once per opening; a failure is asked again. */
  authenticate(): Promise<SessionAnswer> {
    this.#session ??= this.#get<SessionAnswer>('/api/session').catch((error: unknown) => {
      this.#session = null;
      throw error;
    });
    return this.#session;
  }

  /** For a page that nobody is logged in to; null when even the server does not know. */
  async getBotUsername(): Promise<string | null> {
    const answer = await this.#get<HealthAnswer>('/api/health?include=bot', { isPublic: true });
    return answer.bot_username ?? null;
  }

  async getDestinations(): Promise<Destinations> {
    const { destinations } = await this.#get<DestinationsAnswer>('/api/esimgo/catalogue', { isPublic: true });
    this.#destinations = { at: Date.now(), list: destinations };
    keep(DESTINATIONS, this.#destinations);
    return destinations;
  }

  /** The list that is at hand, also from an earlier visit, so that there is something to choose from at once. */
  get knownDestinations(): Destinations | null {
    return this.#destinations?.list ?? null;
  }

  /** Only what this opening of the app has asked for is. */
  get areDestinationsFresh(): boolean {
    return this.#destinations !== null && Date.now() - this.#destinations.at < DESTINATIONS_FRESH_MS;
  }

  getProducts(destination: string): Promise<PlansAnswer> {
    return this.#get(`/api/esimgo/catalogue?destination=${encodeURIComponent(destination)}`, { isPublic: true });
  }

  /**
   * The same order asked for again, also after a reload, is the same order: its key is kept until it is paid or gone.
   */
  async createOrder(order: CreateOrderBody): Promise<CreateOrderAnswer> {
    const request = requestOf(order);
    const kept = readUnfinished().find((one) => one.request === request);
    const { key } = kept ?? keepUnfinished({ key: crypto.randomUUID(), request, orderId: null });
    let answer: CreateOrderAnswer;
    try {
      answer = await this.#post<CreateOrderAnswer>('/api/esimgo/order', order, { 'idempotency-key': key });
    } catch (error) {
      if (isRefusal(error)) forgetUnfinished((one) => one.key === key);
      throw error;
    }
    if (answer.order.status === 'expired' || answer.order.status === 'failed' || answer.order.status === 'refunded') {
      forgetUnfinished((one) => one.key === key);
      // The order of the kept key has ended without an eSIM.
      if (kept) return this.createOrder(order);
    }
    keepUnfinished({ key, request, orderId: answer.order.id });
    return answer;
  }

  /** The link of an order that waits for its payment, on whichever device; none when there is nothing to pay. */
  continueOrder(orderId: string): Promise<OrderAnswer> {
    return this.#get(`/api/esimgo/status?order_id=${encodeURIComponent(orderId)}&pay=1`);
  }

  async getOrderStatus(orderId: string): Promise<Order> {
    const { order } = await this.#get<OrderAnswer>(`/api/esimgo/status?order_id=${encodeURIComponent(orderId)}`);
    if (order.status !== 'pending') forgetUnfinished((one) => one.orderId === order.id);
    return order;
  }

  async listOrders(cursor?: string): Promise<OrdersAnswer> {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const answer = await this.#get<OrdersAnswer>(`/api/esimgo/order${query}`);
    const over = new Set(answer.orders.flatMap(({ id, status }) => (status === 'pending' ? [] : [id])));
    forgetUnfinished(({ orderId }) => orderId !== null && over.has(orderId));
    return answer;
  }

  async listEsims(): Promise<EsimSummary[]> {
    return (await this.#get<{ esims: EsimSummary[] }>('/api/esimgo/esim')).esims;
  }

  async getEsim(esimId: string): Promise<Esim> {
    return (await this.#get<{ esim: Esim }>(`/api/esimgo/esim?id=${encodeURIComponent(esimId)}`)).esim;
  }

  /** The user says that it works; the server looks for itself. */
  activateESIM(orderId: string): Promise<EsimActionAnswer> {
    return this.#actOnEsim({ order_id: orderId, action: 'activated' });
  }

  /** Null gives it back its country's name. */
  renameEsim(esimId: string, name: string | null): Promise<EsimActionAnswer> {
    return this.#actOnEsim({ id: esimId, action: 'rename', name });
  }

  refreshUsage(esimId: string): Promise<EsimActionAnswer> {
    return this.#actOnEsim({ id: esimId, action: 'refresh_usage' });
  }

  diagnose(esimId: string): Promise<EsimActionAnswer> {
    return this.#actOnEsim({ id: esimId, action: 'diagnose' });
  }

  /** The QR and the codes once more, as a message of the bot. */
  async sendToChat(esimId: string): Promise<'sent' | 'unreachable'> {
    return (await this.#actOnEsim({ id: esimId, action: 'resend' })).chat ?? 'sent';
  }

  /** The shop forgets the user, now or once a paid order is settled; this device does so at once. */
  async deleteData(): Promise<SessionActionAnswer> {
    const answer = await this.#post<SessionActionAnswer>('/api/session', { action: 'delete_data' });
    forgetAll();
    this.#session = null;
    return answer;
  }

  /** For what the bot says to the user. */
  async chooseLanguage(language: Language): Promise<void> {
    await this.#send('/api/session', 'POST', { body: { action: 'choose_language', language } });
  }

  /** Also while the page is being closed. */
  async sendEvents(events: EventsBody['events']): Promise<void> {
    await this.#send('/api/events', 'POST', { body: { events }, keepalive: true });
  }

  #actOnEsim(body: EsimActionBody): Promise<EsimActionAnswer> {
    return this.#post('/api/esimgo/esim', body);
  }

  async #get<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
    for (const waitMs of RETRY_AFTER_MS) {
      try {
        return await this.#read<Answer>(path, 'GET', options);
      } catch (error) {
        if (!isWorthRetrying(error)) throw error;
        await pause(Math.max(waitMs, error.retryAfterMs ?? 0));
      }
    }
    return this.#read<Answer>(path, 'GET', options);
  }

  #post<Answer>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#read<Answer>(path, 'POST', { body, headers });
  }

  async #read<Answer>(path: string, method: string, options: RequestOptions): Promise<Answer> {
    const response = await this.#send(path, method, options);
    try {
      const answer: Answer = await response.json();
      return answer;
    } catch (error) {
      throw new ESIMGoClientError(isTimeout(error) ? 'timed_out' : 'unreadable', { cause: error });
    }
  }

  async #send(path: string, method: string, options: RequestOptions): Promise<Response> {
    const restMs = options.isPublic ? 0 : this.#restUntil - Date.now();
    // Asking on would only be refused again; whoever polls gets the same answer without a request.
    if (restMs > 0) throw new ESIMGoClientError('rate_limited', { retryAfterMs: restMs });
    const headers = new Headers(options.headers);
    if (!options.isPublic) headers.set('authorization', `tma ${this.#initData}`);
    if (options.body !== undefined) headers.set('content-type', 'application/json');
    let response: Response;
    try {
      response = await fetch(this.#origin + path, {
        method,
        headers,
        body: options.body === undefined ? null : JSON.stringify(options.body),
        keepalive: options.keepalive ?? false,
        signal: AbortSignal.timeout(method === 'GET' ? GET_TIMEOUT_MS : POST_TIMEOUT_MS),
      });
    } catch (error) {
      throw new ESIMGoClientError(isTimeout(error) ? 'timed_out' : 'offline', { cause: error });
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (problem.code === 'rate_limited') this.#restUntil = Date.now() + (problem.retryAfterMs ?? 0);
    throw problem;
  }
}

async function problemOf(response: Response): Promise<ESIMGoClientError> {
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(retryAfterS) ? { retryAfterMs: retryAfterS * 1_000 } : {};
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    // A gateway's own page: the server behind it did not answer.
    const code = response.status >= 500 ? 'temporarily_unavailable' : 'unreadable';
    return new ESIMGoClientError(code, { cause: error, ...retryAfterMs });
  }
  const problem = field(body, 'error');
  const code = field(problem, 'code');
  const details = field(problem, 'details');
  const requestId = field(problem, 'request_id');
  return new ESIMGoClientError(isErrorCode(code) ? code : 'unreadable', {
    ...(typeof details === 'object' && details !== null && { details: Object.fromEntries(Object.entries(details)) }),
    ...(typeof requestId === 'string' && { requestId }),
    ...retryAfterMs,
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What is answered before an order is read: it may still be there, made by the same key. */
const UNREAD_CODES: readonly ClientErrorCode[] = [
  'offline',
  'timed_out',
  'unreadable',
  'internal',
  'temporarily_unavailable',
  'rate_limited',
  'init_data_missing',
  'init_data_invalid',
  'init_data_expired',
  'unauthorized',
];

/** The server read the order and said no; asking again with the same key could only repeat that. */
function isRefusal(error: unknown): boolean {
  return error instanceof ESIMGoClientError && !UNREAD_CODES.includes(error.code);
}

function isWorthRetrying(error: unknown): error is ESIMGoClientError {
  if (!(error instanceof ESIMGoClientError)) return false;
  const isPassing = ['offline', 'timed_out', 'internal', 'temporarily_unavailable', 'rate_limited'].includes(
    error.code,
  );
  return isPassing && (error.retryAfterMs ?? 0) <= LONGEST_WAIT_MS;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function readDestinations(): KeptDestinations | null {
  const kept = readKept(DESTINATIONS, isKeptDestinations);
  return kept && Date.now() - kept.at < DESTINATIONS_KEPT_MS ? { at: 0, list: kept.list } : null;
}

function isKeptDestinations(value: unknown): value is KeptDestinations {
  const list = field(value, 'list');
  return typeof field(value, 'at') === 'number' && Array.isArray(list) && list.every(isDestination);
}

function isDestination(value: unknown): value is Destination {
  return (
    typeof field(value, 'code') === 'string' &&
    typeof field(value, 'kind') === 'string' &&
    typeof field(value, 'from_stars') === 'number' &&
    Array.isArray(field(value, 'iso'))
  );
}

function readUnfinished(): UnfinishedOrder[] {
  return (readKept(UNFINISHED_ORDERS, Array.isArray) ?? []).filter(isUnfinishedOrder);
}

function keepUnfinished(order: UnfinishedOrder): UnfinishedOrder {
  keep(UNFINISHED_ORDERS, [order, ...readUnfinished().filter(({ key }) => key !== order.key)].slice(0, MAX_UNFINISHED));
  return order;
}

function forgetUnfinished(isOver: (order: UnfinishedOrder) => boolean): void {
  const orders = readUnfinished();
  const left = orders.filter((order) => !isOver(order));
  if (left.length < orders.length) keep(UNFINISHED_ORDERS, left);
}

function isUnfinishedOrder(value: unknown): value is UnfinishedOrder {
  const orderId = field(value, 'orderId');
  return (
    typeof field(value, 'key') === 'string' &&
    typeof field(value, 'request') === 'string' &&
    (orderId === null || typeof orderId === 'string')
  );
}

/** What makes two orders the same one. */
function requestOf(order: CreateOrderBody): string {
  return JSON.stringify([order.bundle_id, order.expected_stars, order.iccid ?? null, order.email ?? null]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
