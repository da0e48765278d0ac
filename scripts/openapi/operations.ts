import * as z from 'zod';
import type { ErrorCode } from '../../lib/contract/error-codes.ts';
import { esimIdSchema, idempotencyKeySchema, orderIdSchema } from '../../lib/contract/order.ts';
import { cronJobSchema, type AnswerName, type RequestName } from './schemas.ts';

export type Access = 'anyone' | 'user' | 'cron' | 'esimGo' | 'telegram';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header' | 'path';
  readonly required?: boolean;
  readonly schema: z.ZodType;
  readonly description: string;
}

export interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly parameters?: readonly Parameter[];
  readonly body?: RequestName;
  /** By status. Several names are alternatives; none is an answer without a body. */
  readonly answers: Readonly<Record<number, { readonly what: string; readonly schemas: readonly AnswerName[] }>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors: readonly ErrorCode[];
}

const OF_USERS = ['init_data_missing', 'init_data_invalid', 'init_data_expired', 'rate_limited'] as const;
const OF_BODIES = ['bad_request', 'payload_too_large', 'unsupported_media_type'] as const;

const ETAG = { ETag: 'The version of the answer; send it back in If-None-Match.' };

/** Every route that is deployed; a test compares them with the files of `api/`. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/esimgo/catalogue',
    id: 'readCatalogue',
    summary: 'The destinations, or the plans of one',
    description:
      'Without a parameter the list of destinations, with `destination` its plans. Names of places are not in it: a client names them by their codes. Kept by the CDN for five minutes.',
    access: 'anyone',
    parameters: [
      {
        name: 'destination',
        in: 'query',
        schema: z.string().regex(/^[A-Za-z0-9-]{1,20}$/),
        description: 'A code of the list: ISO 3166 alpha-2, a special code or a region code.',
      },
      { name: 'If-None-Match', in: 'header', schema: z.string(), description: 'The ETag of the answer already held.' },
    ],
    answers: {
      200: { what: 'The catalogue as it is sold now', schemas: ['DestinationsAnswer', 'PlansAnswer'] },
      304: { what: 'As the one already held', schemas: [] },
    },
    headers: ETAG,
    errors: ['bad_request', 'not_found', 'temporarily_unavailable'],
  },
  {
    method: 'post',
    path: '/api/esimgo/order',
    id: 'createOrder',
    summary: 'Orders a plan: the order and its invoice in Stars',
    description:
      'A repeat with the same key and body gives the same order as it is by then, and its link. The price is computed here; a difference to `expected_stars` is refused with the new price in `details.price_stars`. Nothing is charged before the buyer confirms the invoice in Telegram.',
    access: 'user',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        required: true,
        schema: idempotencyKeySchema,
        description: 'One for each intended purchase, unique for this user.',
      },
    ],
    body: 'CreateOrderBody',
    answers: { 200: { what: 'The order and the link of its invoice', schemas: ['CreateOrderAnswer'] } },
    errors: [
      ...OF_BODIES,
      ...OF_USERS,
      'not_found',
      'unknown_bundle',
      'idempotency_conflict',
      'price_changed',
      'too_many_open_orders',
      'not_compatible',
      'temporarily_unavailable',
    ],
  },
  {
    method: 'get',
    path: '/api/esimgo/order',
    id: 'listOrders',
    summary: 'The purchases of the user, newest first',
    access: 'user',
    parameters: [
      { name: 'cursor', in: 'query', schema: orderIdSchema, description: '`next_cursor` of the page before.' },
    ],
    answers: { 200: { what: 'A page of orders, without codes', schemas: ['OrdersAnswer'] } },
    errors: ['bad_request', ...OF_USERS, 'not_found'],
  },
  {
    method: 'get',
    path: '/api/esimgo/status',
    id: 'readOrder',
    summary: 'One order as it is now',
    description:
      'May be asked every two seconds. The activation code and the QR code are there once it is ready. With `pay` the answer has the link that pays for it, on any device of the user and at the price it was ordered for, or none if there is nothing to pay; what could no longer be kept at that price is refused instead.',
    access: 'user',
    parameters: [
      { name: 'order_id', in: 'query', required: true, schema: orderIdSchema, description: 'An order of the user.' },
      {
        name: 'pay',
        in: 'query',
        schema: z.literal('1'),
        description: 'The buyer wants to pay it now; not for polling.',
      },
    ],
    answers: { 200: { what: 'The order', schemas: ['OrderAnswer'] } },
    errors: ['bad_request', ...OF_USERS, 'not_found', 'unknown_bundle', 'price_changed', 'temporarily_unavailable'],
  },
  {
    method: 'get',
    path: '/api/esimgo/esim',
    id: 'readEsims',
    summary: 'The eSIMs of the user, or one with its codes and usage',
    access: 'user',
    parameters: [{ name: 'id', in: 'query', schema: esimIdSchema, description: 'Our id of an eSIM of the user.' }],
    answers: { 200: { what: 'All without codes, or the one in full', schemas: ['EsimsAnswer', 'EsimAnswer'] } },
    errors: ['bad_request', ...OF_USERS, 'not_found'],
  },
  {
    method: 'post',
    path: '/api/esimgo/esim',
    id: 'actOnEsim',
    summary: 'Refreshes usage, renames, diagnoses, reports that it works, or sends it to the chat again',
    description:
      'Exactly one of `id` and `order_id` names the eSIM. A report that it works makes the order active only if the supplier confirms it; else the answer has advice. The chat gets one copy a minute; `chat` says whether the bot may write there.',
    access: 'user',
    body: 'EsimActionBody',
    answers: { 200: { what: 'The eSIM, its order and what to do next', schemas: ['EsimActionAnswer'] } },
    errors: [...OF_BODIES, ...OF_USERS, 'not_found', 'temporarily_unavailable'],
  },
  {
    method: 'get',
    path: '/api/session',
    id: 'readSession',
    summary: 'Who the user is to the shop',
    access: 'user',
    answers: { 200: { what: 'The session', schemas: ['SessionAnswer'] } },
    errors: [...OF_USERS, 'temporarily_unavailable'],
  },
  {
    method: 'post',
    path: '/api/session',
    id: 'actOnSession',
    summary: 'Erases the data of the user, or keeps the language that they chose',
    description:
      'The bot speaks the chosen language too. Of an erasure: languages, e-mail addresses, names, activation codes and usage go; Telegram id, charges, amounts and states stay. Deferred while a payment or a paid order is under way: then it is done by itself, and the bot says so.',
    access: 'user',
    body: 'SessionActionBody',
    answers: {
      200: { what: 'Of an erasure: done, or to be done', schemas: ['SessionActionAnswer'] },
      204: { what: 'Of a language: kept', schemas: [] },
    },
    errors: [...OF_BODIES, ...OF_USERS],
  },
  {
    method: 'post',
    path: '/api/events',
    id: 'recordEvents',
    summary: 'Steps of the funnel and uncaught errors of the Mini App',
    access: 'user',
    body: 'EventsBody',
    description: 'No text is taken. Beyond twenty requests a minute of one person they are dropped in silence.',
    answers: { 204: { what: 'Taken, or dropped', schemas: [] } },
    errors: [...OF_BODIES, ...OF_USERS],
  },
  {
    method: 'post',
    path: '/api/esimgo/webhook',
    id: 'receiveEsimGoCallback',
    summary: 'Callbacks of eSIM Go',
    description:
      'Signed with the API key over the raw body, in base64 or hex (callback version V3). Each is a hint to read the API again; unknown ones and those of other systems are answered 200 as well.',
    access: 'esimGo',
    body: 'EsimGoCallback',
    answers: { 200: { what: 'Stored', schemas: ['Received'] } },
    errors: ['payload_too_large', 'unsupported_media_type', 'unauthorized', 'rate_limited'],
  },
  {
    method: 'post',
    path: '/api/telegram/webhook',
    id: 'receiveTelegramUpdate',
    summary: 'Updates of the bot',
    access: 'telegram',
    body: 'TelegramUpdate',
    answers: { 200: { what: 'Taken', schemas: ['Received'] } },
    errors: [...OF_BODIES, 'unauthorized', 'rate_limited'],
  },
  {
    method: 'get',
    path: '/api/cron/{job}',
    id: 'runJob',
    summary: 'Runs a job; `tick` runs whatever is due',
    access: 'cron',
    parameters: [{ name: 'job', in: 'path', required: true, schema: cronJobSchema, description: 'The job.' }],
    answers: { 200: { what: 'What was done', schemas: ['CronReport'] } },
    errors: ['unauthorized', 'rate_limited', 'not_found'],
  },
  {
    method: 'get',
    path: '/api/health',
    id: 'readHealth',
    summary: 'Whether the shop works',
    description: 'With the cron secret as bearer also each dependency, the age of the catalogue and the queue.',
    access: 'anyone',
    parameters: [
      {
        name: 'include',
        in: 'query',
        schema: z.literal('bot'),
        description: 'Adds `bot_username`, where the shop is to be found; null while Telegram does not say.',
      },
    ],
    answers: {
      200: { what: 'It does', schemas: ['HealthAnswer'] },
      503: { what: 'It does not', schemas: ['HealthAnswer'] },
    },
    errors: ['rate_limited'],
  },
];
