import type { Api, GrammyError, RawApi } from 'grammy/web';
import type * as z from 'zod';
import { causeCodeOf, isConnectFailure } from '../esim-go/connect-failure.ts';
import { TelegramRefusedError, TelegramUnreachableError } from './errors.ts';

export interface TelegramClientOptions {
  botToken: string;
  /** Without a trailing slash. */
  apiUrl: string;
}

type Grammy = typeof import('grammy/web');

/** Calls a method of the Bot API. Every failure leaves as one of our two errors, and neither can hold the token. */
export type CallTelegram = <Result>(
  method: keyof RawApi,
  result: z.ZodType<Result>,
  run: (raw: RawApi, grammy: Grammy) => Promise<unknown>,
  timeoutS?: number,
) => Promise<Result>;

const TIMEOUT_S = 10;

export function createTelegramClient({ botToken, apiUrl }: TelegramClientOptions): CallTelegram {
  const apis = new Map<number, Api>();

  function apiWithTimeout({ Api }: Grammy, timeoutS: number): Api {
    const api =
      apis.get(timeoutS) ??
      new Api(botToken, { apiRoot: apiUrl, timeoutSeconds: timeoutS, fetch: fetchWithoutRedirects });
    apis.set(timeoutS, api);
    return api;
  }

  function refusal(method: string, { error_code: status, description, parameters }: GrammyError): Error {
    const withoutToken = description.replaceAll(botToken, '[bot token]');
    if (status >= 500) return unreachable(method, 'server_error', `${status} ${withoutToken}`);
    const retryAfterMs = parameters.retry_after === undefined ? null : parameters.retry_after * 1000;
    return new TelegramRefusedError({ method, status, description: withoutToken, retryAfterMs });
  }

  return async (method, result, run, timeoutS = TIMEOUT_S) => {
    const grammy = await loadGrammy();
    let value: unknown;
    try {
      value = await run(apiWithTimeout(grammy, timeoutS).raw, grammy);
    } catch (error) {
      if (error instanceof grammy.GrammyError) throw refusal(method, error);
      throw networkFailure(method, error instanceof grammy.HttpError ? error.error : error);
    }
    const decoded = result.safeParse(value);
    if (decoded.success) return decoded.data;
    throw unreachable(method, 'unreadable', describeIssues(decoded.error));
  };
}

/** The web build is one file on the global `fetch`; the Node build drags a `fetch` of its own and loads five times slower. */
function loadGrammy(): Promise<Grammy> {
  return import('grammy/web');
}

function fetchWithoutRedirects(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, redirect: 'error' });
}

function networkFailure(method: string, error: unknown): TelegramUnreachableError {
  if (isConnectFailure(error)) return unreachable(method, 'not_sent', causeCodeOf(error));
  if (error instanceof SyntaxError) return unreachable(method, 'unreadable', 'not JSON');
  const timedOut =
    error instanceof Error && (error.name === 'TimeoutError' || error.message.includes('timed out after'));
  return unreachable(method, timedOut ? 'timed_out' : 'cut_off', causeCodeOf(error));
}

function unreachable(
  method: string,
  reason: TelegramUnreachableError['reason'],
  detail: string | null,
): TelegramUnreachableError {
  const mayHaveBeenApplied = reason !== 'not_sent' && !method.startsWith('get');
  return new TelegramUnreachableError({ method, reason, mayHaveBeenApplied, detail });
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'result'}: ${issue.code}`)
    .join('; ');
}
