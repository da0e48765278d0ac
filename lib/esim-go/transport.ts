import * as z from 'zod';
import { causeCodeOf, isConnectFailure } from './connect-failure.ts';
import { createDispatchers, writingOnlyWhile } from './dispatcher.ts';
import { EsimGoRefusedError, EsimGoShapeError, EsimGoUnreachableError, type EsimGoError } from './errors.ts';
import { looksLikeJson, parseVendorJson } from './json.ts';
import { createRateLimit, type CallPriority, type SharedTurns } from './rate-limit.ts';
import { redactPath, redactText } from './redact.ts';
import { isServerFailure, retryAfterMsOf, retryDelayMs, type Failure, type Repeat } from './retry.ts';
import { issuesOf } from './wire/common.ts';

export interface EsimGoClientOptions {
  /** With the version, such as `https://api.esim-go.com/v2.5`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Requests per second of this process; 0 switches our own limit off. The vendor's headers are obeyed anyway. */
  readonly ratePerS: number;
  readonly orderIntervalMs: number;
  /** What all instances of the shop keep together. */
  readonly shared?: SharedTurns | undefined;
  readonly userAgent: string;
  readonly getTimeoutMs?: number;
  readonly orderTimeoutMs?: number;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
  /** Told of every attempt, for logs and metrics. */
  readonly onCall?: (line: EsimGoCallLine) => void;
}

export interface EsimGoCallLine {
  readonly method: string;
  /** Without the query, ICCIDs cut to four digits. */
  readonly path: string;
  readonly status: number | null;
  readonly ms: number;
  readonly attempt: number;
  readonly outcome: 'ok' | 'refused' | 'unreachable' | 'not_sent' | 'unreadable';
}

export interface EsimGoRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: object;
  readonly priority: CallPriority;
  readonly repeat: Repeat;
  /** Buys something: keeps the interval between orders and gets the longer time-out. */
  readonly isOrder?: boolean;
  /** Statuses the caller reads itself instead of getting an error. */
  readonly expects?: readonly number[];
  /** Runs when the request's turn has come, right before it is sent. If it throws, nothing is sent. */
  readonly beforeSend?: () => Promise<void> | void;
}

export interface EsimGoAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly vendorTime: Date | null;
}

export type Transport = ReturnType<typeof createTransport>;

// What is recorded as sent must be on its way within this time, or the record is wrong and the send is called off.
const SEND_WITHIN_MS = 5_000;

export function createTransport(options: EsimGoClientOptions) {
  const { apiKey, getTimeoutMs = 15_000, orderTimeoutMs = 60_000, now = Date.now, random = Math.random } = options;
  const sleep = options.sleep ?? ((ms: number) => new Promise<void>((wake) => setTimeout(wake, ms)));
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  // Checked here because fetch would quote the whole key in its own error.
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('The eSIM Go API key is empty or has characters no header can carry');
  const { ratePerS, orderIntervalMs, shared } = options;
  const limit = createRateLimit({ ratePerS, orderIntervalMs, shared, now, sleep });
  const dispatchers = createDispatchers();
  let clockSkewMs: number | null = null;

  /** Sends, repeats where that is allowed, and resolves with a 2xx or one of the expected statuses. */
  async function send(request: EsimGoRequest): Promise<EsimGoAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const recordedFromMs = await turnOf(request);
      const startedAtMs = now();
      const result = await attemptOnce(request, recordedFromMs);
      report(request, result, attempt, now() - startedAtMs);
      if (!(result instanceof Error)) return result;
      const delayMs = retryDelayMs(request.repeat, attempt, failureOf(result), random);
      if (delayMs === null) throw result;
      await sleep(delayMs);
    }
  }

  /** Waits for the rate limit and then runs `beforeSend`; returns when that began. */
  async function turnOf(request: EsimGoRequest): Promise<number> {
    // Loaded before the record is made: nothing slow may stand between the record and the wire.
    await dispatcherFor(request);
    await limit.acquire(request.priority, request.isOrder);
    const recordedFromMs = now();
    await request.beforeSend?.();
    if (!isInTime(recordedFromMs)) {
      const error = new EsimGoUnreachableError({ ...factsOf(request), reason: 'not_sent', mayHaveBeenApplied: false });
      report(request, error, 1, 0);
      throw error;
    }
    return recordedFromMs;
  }

  function isInTime(recordedFromMs: number): boolean {
    return now() - recordedFromMs <= SEND_WITHIN_MS;
  }

  async function attemptOnce(request: EsimGoRequest, recordedFromMs: number): Promise<EsimGoAnswer | EsimGoError> {
    const agent = await dispatcherFor(request);
    const dispatcher = request.beforeSend ? writingOnlyWhile(agent, () => isInTime(recordedFromMs)) : agent;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), request.isOrder ? orderTimeoutMs : getTimeoutMs);
    let received: Response | null = null;
    try {
      received = await fetch(urlOf(request), {
        method: request.method,
        headers: {
          accept: 'application/json',
          'user-agent': options.userAgent,
          'x-api-key': apiKey,
          ...(request.body && { 'content-type': 'application/json' }),
        },
        ...(request.body && { body: JSON.stringify(request.body) }),
        // Following a redirect would hand the key to another host, or send an order a second time.
        redirect: 'manual',
        signal: controller.signal,
        dispatcher,
      });
      return answerOf(request, received, await received.text());
    } catch (error) {
      // A refusal is known from its status; its text is of no consequence.
      if (received && isRefusal(received.status)) return answerOf(request, received, '');
      const isNotSent = received === null && isConnectFailure(error);
      return new EsimGoUnreachableError({
        ...factsOf(request, received),
        reason: isNotSent ? 'not_sent' : controller.signal.aborted ? 'timed_out' : 'cut_off',
        mayHaveBeenApplied: !isNotSent && request.repeat !== 'safe',
        causeCode: causeCodeOf(error),
      });
    } finally {
      clearTimeout(timer);
    }
  }

  function answerOf(request: EsimGoRequest, response: Response, text: string): EsimGoAnswer | EsimGoError {
    const { status, headers } = response;
    const retryAfterMs = retryAfterMsOf(headers, now());
    const vendorTime = vendorTimeOf(headers);
    if (vendorTime) clockSkewMs = vendorTime.getTime() - now();
    limit.observe(status, headers, retryAfterMs);
    if (response.ok || request.expects?.includes(status)) return { status, text, headers, vendorTime };
    const facts = factsOf(request, response);
    const mayHaveBeenApplied = request.repeat !== 'safe';
    if (isServerFailure(status)) {
      return new EsimGoUnreachableError({ ...facts, reason: 'server_error', mayHaveBeenApplied, status, retryAfterMs });
    }
    if (isRefusal(status)) {
      return new EsimGoRefusedError({
        ...facts,
        status,
        vendorMessage: redactText(messageIn(text), apiKey),
        retryAfterMs,
      });
    }
    return new EsimGoShapeError({ ...facts, issues: [`unexpected status ${status}`], mayHaveBeenApplied });
  }

  /** Sends and decodes. */
  async function read<Value>(
    request: EsimGoRequest,
    decode: (wire: unknown) => Value,
  ): Promise<{ value: Value; vendorTime: Date | null }> {
    const answer = await send(request);
    return { value: decodeAnswer(request, answer, decode), vendorTime: answer.vendorTime };
  }

  function decodeAnswer<Value>(request: EsimGoRequest, answer: EsimGoAnswer, decode: (wire: unknown) => Value): Value {
    try {
      if (!looksLikeJson(answer.text, answer.headers.get('content-type'))) throw new SyntaxError('not JSON');
      return decode(parseVendorJson(answer.text));
    } catch (error) {
      // A parser's message quotes the text it stumbled over, so only the fact is kept.
      if (error instanceof SyntaxError) throw shapeError(request, ['(whole): not JSON'], answer.vendorTime);
      if (error instanceof z.ZodError) throw shapeError(request, issuesOf(error), answer.vendorTime);
      throw error;
    }
  }

  function shapeError(
    request: EsimGoRequest,
    issues: readonly string[],
    vendorTime: Date | null = null,
  ): EsimGoShapeError {
    return new EsimGoShapeError({
      ...factsOf(request),
      vendorTime,
      issues,
      mayHaveBeenApplied: request.repeat !== 'safe',
    });
  }

  function report(request: EsimGoRequest, result: EsimGoAnswer | EsimGoError, attempt: number, ms: number): void {
    const status = result instanceof EsimGoShapeError ? null : result.status;
    const line = {
      method: request.method,
      path: redactPath(request.path),
      status,
      ms,
      attempt,
      outcome: outcomeOf(result),
    };
    try {
      options.onCall?.(line);
    } catch {
      // A log that fails must not lose the answer to an order; there is nowhere left to tell of it.
    }
  }

  function dispatcherFor(request: EsimGoRequest) {
    return request.repeat === 'never' ? dispatchers.fresh() : dispatchers.reusing();
  }

  function urlOf(request: EsimGoRequest): string {
    const query = new URLSearchParams(
      request.query?.map(([name, value]): [string, string] => [name, value]),
    ).toString();
    return `${baseUrl}${request.path}${query && `?${query}`}`;
  }

  return {
    send,
    read,
    decodeAnswer,
    shapeError,
    apiKey,
    now,
    queueDelayMs: (priority: CallPriority) => limit.queueDelayMs(priority),
    clockSkewMs: () => clockSkewMs,
    close: () => dispatchers.close(),
  };
}

function factsOf(request: EsimGoRequest, response: Response | null = null) {
  return {
    method: request.method,
    path: redactPath(request.path),
    vendorTime: response ? vendorTimeOf(response.headers) : null,
  };
}

function vendorTimeOf(headers: Headers): Date | null {
  const atMs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(atMs) ? null : new Date(atMs);
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && !isServerFailure(status);
}

function failureOf(error: EsimGoError): Failure {
  if (error instanceof EsimGoRefusedError)
    return { kind: 'status', status: error.status, retryAfterMs: error.retryAfterMs };
  if (error instanceof EsimGoShapeError) return { kind: 'unreadable' };
  return error.status === null
    ? { kind: 'no_answer' }
    : { kind: 'status', status: error.status, retryAfterMs: error.retryAfterMs };
}

function outcomeOf(result: EsimGoAnswer | EsimGoError): EsimGoCallLine['outcome'] {
  if (result instanceof EsimGoRefusedError) return 'refused';
  if (result instanceof EsimGoShapeError) return 'unreadable';
  if (result instanceof EsimGoUnreachableError) return result.reason === 'not_sent' ? 'not_sent' : 'unreachable';
  return 'ok';
}

/** Errors are `{"message"}`, except those of the router, which are plain text. */
function messageIn(text: string): string {
  return /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
}
