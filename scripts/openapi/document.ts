import * as z from 'zod';
import { AppError, type ErrorCode } from '../../lib/contract/error-codes.ts';
import { problemResponse } from '../../lib/http/problem.ts';
import { OPERATIONS, type Access, type Operation } from './operations.ts';
import { componentSchemas, embedded, schemaRef, type AnswerName, type JsonSchema } from './schemas.ts';

const SECURITY: Record<Access, readonly Record<string, readonly string[]>[]> = {
  anyone: [],
  user: [{ initData: [] }],
  cron: [{ cronSecret: [] }],
  esimGo: [{ esimGoSignature: [] }],
  telegram: [{ telegramSecret: [] }],
};

const SECURITY_SCHEMES = {
  initData: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`tma` and a space, then the raw initData of the Mini App. The user is whoever it proves.',
  },
  cronSecret: { type: 'http', scheme: 'bearer', description: 'CRON_SECRET.' },
  esimGoSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Signature-SHA256',
    description: 'HMAC-SHA256 of the raw body under the eSIM Go API key, in base64 or hex.',
  },
  telegramSecret: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Telegram-Bot-Api-Secret-Token',
    description: 'TELEGRAM_WEBHOOK_SECRET.',
  },
};

/** What any route may answer; not repeated with each. */
const EVERYWHERE: readonly ErrorCode[] = ['internal'];
const WITH_RETRY_AFTER: ReadonlySet<number> = new Set([429, 503]);

export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'eSIM shop',
      version: '1',
      description: [
        'The HTTP API of the shop, as its Mini App, Telegram, eSIM Go and cron use it.',
        'All JSON, in snake_case; times are RFC 3339, Stars are whole numbers, dollars are decimal strings.',
        'Failures are `{"error": {"code", "request_id", "details"?}}`; `code` is one of a closed list, to be put into words by the client.',
        'Bodies over 64 KB are refused with 413, content types other than JSON with 415, other methods with 405.',
      ].join('\n\n'),
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: componentSchemas(), securitySchemes: SECURITY_SCHEMES },
  };
}

function describe(operation: Operation) {
  const { id, summary, description, access, parameters = [], body } = operation;
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[access],
    ...(parameters.length === 0
      ? {}
      : {
          parameters: parameters.map(({ schema, required = false, ...parameter }) => ({
            ...parameter,
            required,
            schema: embedded(z.toJSONSchema(schema, { io: 'input' })),
          })),
        }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaRef(body) } } } }),
    responses: responsesOf(operation),
  };
}

function responsesOf({ answers, headers = {}, errors }: Operation): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const [status, { what, schemas }] of Object.entries(answers)) {
    responses[status] = {
      description: what,
      ...(Object.keys(headers).length === 0 ? {} : { headers: headersOf(headers) }),
      ...(schemas.length === 0 ? {} : { content: { 'application/json': { schema: oneOf(schemas) } } }),
    };
  }
  for (const [status, codes] of codesByStatus([...errors, ...EVERYWHERE])) {
    responses[String(status)] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      ...(WITH_RETRY_AFTER.has(status) ? { headers: headersOf({ 'Retry-After': 'Seconds to wait.' }) } : {}),
      content: { 'application/json': { schema: problemWith(codes) } },
    };
  }
  return responses;
}

export function codesByStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = problemResponse(new AppError(code), '');
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

function oneOf(names: readonly AnswerName[]): JsonSchema {
  const [only, ...others] = names.map(schemaRef);
  return others.length === 0 && only !== undefined ? only : { oneOf: names.map(schemaRef) };
}

function problemWith(codes: readonly ErrorCode[]): JsonSchema {
  const error = { type: 'object', properties: { code: { enum: codes } } };
  return { allOf: [schemaRef('Problem'), { type: 'object', properties: { error } }] };
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}
