import type { Api, RawApi } from 'grammy';
import * as z from 'zod';
import { causeCodeOf, isConnectFailure } from '../esim-go/connect-failure.ts';
import { TelegramRefusedError, TelegramUnreachableError, isTelegramError } from './errors.ts';

export interface TelegramClientOptions {
  botToken: string;
  /** Without a trailing slash. */
  apiUrl: string;
}

/** Calls of the Bot API. Every failure leaves as one of our two errors, and neither can hold the token. */
export interface TelegramClient {
  call<Result>(
    method: keyof RawApi,
    result: z.ZodType<Result>,
    run: (raw: RawApi) => Promise<unknown>,
    timeoutS?: number,
  ): Promise<Result>;
  upload<Result>(method: keyof RawApi, result: z.ZodType<Result>, form: FormData): Promise<Result>;
}

const TIMEOUT_S = 10;
const UPLOAD_TIMEOUT_S = 20;

const answerWireSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.int(),
    description: z.string(),
    parameters: z.object({ retry_after: z.number().nonnegative().optional() }).optional(),
  }),
]);
type RefusalWire = Omit<Extract<z.infer<typeof answerWireSchema>, { ok: false }>, 'ok'>;

export function createTelegramClient({ botToken, apiUrl }: TelegramClientOptions): TelegramClient {
  const apis = new Map<number, Promise<Api>>();

  function apiWithTimeout(timeoutS: number): Promise<Api> {
    const known = apis.get(timeoutS);
    if (known !== undefined) return known;
    const created = loadGrammy().then(
      ({ Api }) => new Api(botToken, { apiRoot: apiUrl, timeoutSeconds: timeoutS, fetch: fetchWithoutRedirects }),
    );
    apis.set(timeoutS, created);
    return created;
  }

  function refusal(method: string, wire: RefusalWire): Error {
    const description = wire.description.replaceAll(botToken, '[bot token]');
    if (wire.error_code >= 500) return unreachable(method, 'server_error', `${wire.error_code} ${description}`);
    const retryAfterS = wire.parameters?.retry_after;
    return new TelegramRefusedError({
      method,
      status: wire.error_code,
      description,
      retryAfterMs: retryAfterS === undefined ? null : retryAfterS * 1000,
    });
  }

  async function translated<Result>(method: string, result: z.ZodType<Result>, run: () => Promise<unknown>): Promise<Result> {
    const { GrammyError, HttpError } = await loadGrammy();
    let value: unknown;
    try {
      value = await run();
    } catch (error) {
      if (isTelegramError(error)) throw error;
      if (error instanceof GrammyError) throw refusal(method, error);
      throw networkFailure(method, error instanceof HttpError ? error.error : error);
    }
    const decoded = result.safeParse(value);
    if (decoded.success) return decoded.data;
    throw unreachable(method, 'unreadable', describeIssues(decoded.error));
  }

  return {
    call: (method, result, run, timeoutS = TIMEOUT_S) =>
      translated(method, result, async () => run((await apiWithTimeout(timeoutS)).raw)),

    // grammY writes multipart bodies without quotes and without a length, which strict servers refuse.
    upload: (method, result, form) =>
      translated(method, result, async () => {
        const response = await fetchWithoutRedirects(`${apiUrl}/bot${botToken}/${method}`, {
          method: 'POST',
          body: form,
          signal: AbortSignal.timeout(UPLOAD_TIMEOUT_S * 1000),
        });
        const answer = answerWireSchema.safeParse(await response.json());
        if (!answer.success) throw unreachable(method, 'unreadable', `HTTP ${response.status}`);
        if (!answer.data.ok) throw refusal(method, answer.data);
        return answer.data.result;
      }),
  };
}

/** The web build is one file on the global `fetch`; the Node build drags a `fetch` of its own and loads five times slower. */
function loadGrammy() {
  return import('grammy/web');
}

function fetchWithoutRedirects(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, redirect: 'error' });
}

function networkFailure(method: string, error: unknown): TelegramUnreachableError {
  if (isConnectFailure(error)) return unreachable(method, 'not_sent', causeCodeOf(error));
  if (error instanceof SyntaxError) return unreachable(method, 'unreadable', 'not JSON');
  const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.message.includes('timed out after'));
  return unreachable(method, timedOut ? 'timed_out' : 'cut_off', causeCodeOf(error));
}

function unreachable(method: string, reason: TelegramUnreachableError['reason'], detail: string | null): TelegramUnreachableError {
  const mayHaveBeenApplied = reason !== 'not_sent' && !method.startsWith('get');
  return new TelegramUnreachableError({ method, reason, mayHaveBeenApplied, detail });
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'result'}: ${issue.code}`)
    .join('; ');
}
