import type * as z from 'zod';
import { VerifyError } from './problem.ts';

const TIMEOUT_MS = 60_000;

export interface CallOptions {
  headers?: Record<string, string>;
  json?: unknown;
}

/** Calls the shop and the simulators through the one origin that a user would have. */
export interface ShopClient {
  url: string;
  get<Schema extends z.ZodType>(path: string, schema: Schema, options?: CallOptions): Promise<z.infer<Schema>>;
  post<Schema extends z.ZodType>(path: string, schema: Schema, options: CallOptions): Promise<z.infer<Schema>>;
}

export function createShopClient(url: string): ShopClient {
  async function call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    { headers = {}, json }: CallOptions,
  ): Promise<z.infer<Schema>> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new VerifyError(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    }
    const parsed = schema.safeParse(JSON.parse(text));
    if (!parsed.success) throw new VerifyError(`${method} ${path} answered something else: ${parsed.error.message}`);
    return parsed.data;
  }
  return {
    url,
    get: (path, schema, options = {}) => call('GET', path, schema, options),
    post: (path, schema, options) => call('POST', path, schema, options),
  };
}

/** Asks again and again until the answer is as wanted. The bound is only for a wait that would never end. */
export async function waitUntil<Value>(
  what: string,
  read: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
): Promise<Value> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const value = await read();
    if (isWanted(value)) return value;
    if (Date.now() > deadline) {
      throw new VerifyError(`${what} did not happen within ${TIMEOUT_MS / 1_000} s; last: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
