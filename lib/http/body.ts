import type * as z from 'zod';
import { AppError } from '../contract/error-codes.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** The bytes as they came: signatures cover them, and re-serialised JSON would not match. */
export async function readBody(request: Request, maxBytes: number = MAX_BODY_BYTES): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') throw new AppError('unsupported_media_type');
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new AppError('payload_too_large');
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // A length can be left out or lied about, so it is counted as well.
    for await (const chunk of request.body) {
      length += chunk.byteLength;
      if (length > maxBytes) throw new AppError('payload_too_large');
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // Whoever hangs up in the middle must not count as a failure of the shop.
    throw new AppError('bad_request', { cause, details: { path: '', reason: 'cut_off' } });
  }
  return Buffer.concat(chunks);
}

/** The JSON body in the shape of the schema; a wrong one is refused with the path of its first fault. */
export async function readJson<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  requireJson(request);
  const text = new TextDecoder().decode(await readBody(request));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad_request', { cause, details: { path: '', reason: 'not_json' } });
  }
  return parseInput(schema, value);
}

export function requireJson(request: Request): void {
  const type = request.headers.get('content-type') ?? '';
  if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json') throw new AppError('unsupported_media_type');
}

export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknownKeys].join('.').slice(0, 100);
  throw new AppError('bad_request', { details: { path, reason: issue?.code ?? 'invalid' } });
}
