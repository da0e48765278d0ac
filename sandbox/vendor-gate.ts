import type { ServerRequest } from 'srvx';

import type { CallJournal, FaultEffects, SandboxClock, Simulator, Vendor } from './context.ts';
import { dropConnection } from './dropped-connection.ts';
import { refusal } from './fault-answers.ts';
import type { Fault, FaultBook } from './faults.ts';

export interface GateParts {
  faults: FaultBook;
  clock: SandboxClock;
  journal: CallJournal;
  /** Aborts when the sandbox closes. */
  closing: AbortSignal;
}

const DEFAULT_DELAY_MS = 1_000;
const DEFAULT_ASSIGNMENT_DELAY_MS = 10_000;

/** Takes a call of the shop to a vendor: fault rules first, then the simulator, then a line in the journal. */
export async function passGate(
  parts: GateParts,
  vendor: Vendor,
  simulator: Simulator,
  request: ServerRequest,
  urlPath: string,
  path: string,
): Promise<Response> {
  const startedAt = performance.now();
  const body = await readBody(request);

  function note(status: number | null, response: string | undefined): void {
    parts.journal.record({
      vendor,
      direction: 'in',
      method: request.method,
      path: path.replace(/^\/bot[^/]+/, '/bot…'),
      status,
      ms: Math.round(performance.now() - startedAt),
      ...(body === '' ? {} : { request: body }),
      ...(response === undefined ? {} : { response }),
    });
  }

  async function answerNormally(effects: FaultEffects): Promise<Response> {
    const response = await simulator.handle(request, path, effects);
    const answer = await response.arrayBuffer();
    note(response.status, isText(response) ? new TextDecoder().decode(answer.slice(0, 8_192)) : undefined);
    if (answer.byteLength > 0) response.headers.set('content-length', String(answer.byteLength));
    return new Response(answer.byteLength === 0 ? null : answer, {
      status: response.status,
      headers: response.headers,
    });
  }

  function drop(reason: string): Response {
    note(null, reason);
    return dropConnection(request);
  }

  const fault = parts.faults.isEmpty(vendor)
    ? null
    : await parts.faults.strike({ vendor, direction: 'in', method: request.method, path: urlPath, body });
  if (fault === null) return answerNormally({});
  return answerWithFault(fault);

  async function answerWithFault({ action, delayMs }: Fault): Promise<Response> {
    switch (action) {
      case 'delay':
        await parts.clock.sleep(delayMs ?? DEFAULT_DELAY_MS, parts.closing);
        return answerNormally({});
      case 'assignment_delay':
        return answerNormally({ assignmentDelayMs: delayMs ?? DEFAULT_ASSIGNMENT_DELAY_MS });
      case 'hang':
        await whenAborted(request.signal, parts.closing);
        return drop('hung by a fault rule');
      case 'drop_before':
        return drop('dropped by a fault rule, nothing applied');
      case 'drop_after':
        await answerNormally({});
        return drop('applied, then dropped by a fault rule');
      case 'garbage': {
        await answerNormally({});
        return new Response('{"status":"completed","or', { headers: { 'content-type': 'application/json' } });
      }
      case 'error_500':
      case 'error_503':
      case 'rate_limit':
      case 'forbidden':
      case 'not_found': {
        const answer = refusal(vendor, action, delayMs);
        note(answer.status, answer.body);
        return new Response(answer.body, { status: answer.status, headers: answer.headers });
      }
      // Rules with these match deliveries to the shop only.
      case 'duplicate':
      case 'lose':
      case 'reorder':
        return answerNormally({});
    }
  }
}

/**
 * The body as text, for the fault rules and the journal; the simulator can read it again. A second Request with the same body
 * would cost more than most answers do.
 */
async function readBody(request: Request): Promise<string> {
  if (request.method === 'GET' || request.method === 'HEAD') return '';
  // Files would not survive being read as text.
  if (request.headers.get('content-type')?.startsWith('multipart/') === true) {
    const bytes = await request.arrayBuffer();
    const decoded = new TextDecoder().decode(bytes);
    Object.defineProperties(request, {
      arrayBuffer: { value: async () => bytes },
      text: { value: async () => decoded },
    });
    return decoded;
  }
  const text = await request.text();
  Object.defineProperties(request, {
    text: { value: async () => text },
    arrayBuffer: { value: async () => new TextEncoder().encode(text).buffer },
  });
  return text;
}

function isText(response: Response): boolean {
  return /json|text|csv|xml/.test(response.headers.get('content-type') ?? '');
}

function whenAborted(...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
