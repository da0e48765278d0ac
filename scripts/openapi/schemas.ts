import * as z from 'zod';
import {
  destinationSchema,
  destinationsAnswerSchema,
  planSchema,
  plansAnswerSchema,
} from '../../lib/contract/catalogue.ts';
import {
  esimActionAnswerSchema,
  esimActionBodySchema,
  esimAnswerSchema,
  esimBundleSchema,
  esimsAnswerSchema,
  esimSchema,
  esimSummarySchema,
  installDetailsSchema,
  usageSchema,
} from '../../lib/contract/esim.ts';
import { healthAnswerSchema } from '../../lib/contract/health.ts';
import {
  createOrderAnswerSchema,
  createOrderBodySchema,
  orderAnswerSchema,
  orderSchema,
  ordersAnswerSchema,
} from '../../lib/contract/order.ts';
import { problemSchema } from '../../lib/contract/problem.ts';
import {
  eventsBodySchema,
  sessionActionAnswerSchema,
  sessionActionBodySchema,
  sessionAnswerSchema,
} from '../../lib/contract/session.ts';
import { CRON_JOBS } from '../../lib/jobs/run-cron.ts';

/** What others send or what is of no interest to the Mini App, so that the contract has no schema of it. */
const receivedSchema = z.strictObject({ ok: z.literal(true) });
const cronReportSchema = z.record(z.string(), z.unknown());
const esimGoCallbackSchema = z.looseObject({
  alertType: z.string().optional(),
  event: z.string().optional(),
  iccid: z.union([z.string(), z.number()]).optional(),
  order_id: z.string().optional(),
  orderReference: z.string().optional(),
});
const telegramUpdateSchema = z.looseObject({ update_id: z.int() });

/** By their names in the document. Requests and answers are described apart: a default is optional only in requests. */
export const REQUEST_SCHEMAS = {
  CreateOrderBody: createOrderBodySchema,
  EsimActionBody: esimActionBodySchema,
  EventsBody: eventsBodySchema,
  SessionActionBody: sessionActionBodySchema,
  EsimGoCallback: esimGoCallbackSchema,
  TelegramUpdate: telegramUpdateSchema,
} as const;

export const ANSWER_SCHEMAS = {
  Problem: problemSchema,
  Destination: destinationSchema,
  DestinationsAnswer: destinationsAnswerSchema,
  Plan: planSchema,
  PlansAnswer: plansAnswerSchema,
  Order: orderSchema,
  CreateOrderAnswer: createOrderAnswerSchema,
  OrderAnswer: orderAnswerSchema,
  OrdersAnswer: ordersAnswerSchema,
  Usage: usageSchema,
  InstallDetails: installDetailsSchema,
  EsimBundle: esimBundleSchema,
  EsimSummary: esimSummarySchema,
  Esim: esimSchema,
  EsimsAnswer: esimsAnswerSchema,
  EsimAnswer: esimAnswerSchema,
  EsimActionAnswer: esimActionAnswerSchema,
  SessionAnswer: sessionAnswerSchema,
  SessionActionAnswer: sessionActionAnswerSchema,
  HealthAnswer: healthAnswerSchema,
  CronReport: cronReportSchema,
  Received: receivedSchema,
} as const;

export type RequestName = keyof typeof REQUEST_SCHEMAS;
export type AnswerName = keyof typeof ANSWER_SCHEMAS;

export const cronJobSchema = z.enum(CRON_JOBS);

const COMPONENTS = '#/components/schemas/';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Each schema as JSON Schema, with references to one another. */
export function componentSchemas(): Record<string, JsonSchema> {
  return { ...described(REQUEST_SCHEMAS, 'input'), ...described(ANSWER_SCHEMAS, 'output') };
}

function described(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: all } = z.toJSONSchema(registry, { io, uri: (id) => `${COMPONENTS}${id}` });
  return Object.fromEntries(Object.entries(all).map(([id, schema]) => [id, embedded(schema)]));
}

/** As part of a document of OpenAPI 3.1, whose dialect is the same and whose names are its own. */
export function embedded({ $schema: _dialect, $id: _id, '~standard': _standard, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

export function schemaRef(name: RequestName | AnswerName): { $ref: string } {
  return { $ref: `${COMPONENTS}${name}` };
}
