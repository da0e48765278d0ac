import type { CallJournal, DeliveryOutcome, SandboxClock, ShopDelivery, Vendor } from './context.ts';
import { refusal } from './fault-answers.ts';
import type { FaultBook } from './faults.ts';

export interface DeliveryParts {
  shopUrl: () => string;
  faults: FaultBook;
  clock: SandboxClock;
  journal: CallJournal;
  closing: AbortSignal;
}

/** Telegram gives a webhook about a minute; eSIM Go's limit is not documented. */
const SHOP_TIMEOUT_MS = 60_000;
const DEFAULT_DELAY_MS = 1_000;
const DEFAULT_REORDER_MS = 5_000;

export function createShopDelivery({ shopUrl, faults, clock, journal, closing }: DeliveryParts): ShopDelivery {
  async function send(
    vendor: Vendor,
    url: URL,
    headers: Record<string, string>,
    body: string,
  ): Promise<DeliveryOutcome> {
    const startedAt = performance.now();
    const cut = new AbortController();
    const cutNow = (): void => cut.abort();
    const timer = setTimeout(cutNow, SHOP_TIMEOUT_MS);
    closing.addEventListener('abort', cutNow, { once: true });

    function note(status: number | null, response: string): void {
      const ms = Math.round(performance.now() - startedAt);
      journal.record({
        vendor,
        direction: 'out',
        method: 'POST',
        path: url.pathname,
        status,
        ms,
        request: body,
        response,
      });
    }

    try {
      if (closing.aborted) return { kind: 'unanswered', reason: 'the sandbox is closing' };
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: cut.signal });
      const text = await response.text();
      note(response.status, text);
      return { kind: 'answered', status: response.status, retryAfterS: retryAfterOf(response), body: text };
    } catch (error) {
      const reason = describeFailure(error);
      note(null, reason);
      return { kind: 'unanswered', reason };
    } finally {
      clearTimeout(timer);
      closing.removeEventListener('abort', cutNow);
    }
  }

  return {
    urlOf: (path) => new URL(path, shopUrl()).href,

    async post(vendor, path, headers, body) {
      const url = new URL(path, shopUrl());
      const fault = faults.isEmpty(vendor)
        ? null
        : await faults.strike({ vendor, direction: 'out', method: 'POST', path: url.pathname, body });
      if (fault === null) return send(vendor, url, headers, body);

      function noteUnsent(status: number | null, response: string): void {
        journal.record({
          vendor,
          direction: 'out',
          method: 'POST',
          path: url.pathname,
          status,
          ms: 0,
          request: body,
          response,
        });
      }

      switch (fault.action) {
        case 'delay':
          await clock.sleep(fault.delayMs ?? DEFAULT_DELAY_MS, closing);
          return send(vendor, url, headers, body);
        case 'hang':
          await clock.sleep(SHOP_TIMEOUT_MS, closing);
          noteUnsent(null, 'hung by a fault rule');
          return { kind: 'unanswered', reason: 'hung by a fault rule' };
        case 'drop_before':
          noteUnsent(null, 'dropped by a fault rule, not sent');
          return { kind: 'unanswered', reason: 'dropped by a fault rule, not sent' };
        case 'drop_after':
          await send(vendor, url, headers, body);
          return { kind: 'unanswered', reason: 'sent, then dropped by a fault rule' };
        case 'garbage':
          await send(vendor, url, headers, body);
          return { kind: 'answered', status: 200, retryAfterS: null, body: '{"ok":tr' };
        case 'duplicate': {
          const [first] = await Promise.all([send(vendor, url, headers, body), send(vendor, url, headers, body)]);
          return first;
        }
        case 'lose':
          noteUnsent(null, 'lost by a fault rule');
          return { kind: 'lost' };
        case 'reorder':
          noteUnsent(null, 'held back by a fault rule until the next was delivered');
          return { kind: 'overtaken', waitMs: fault.delayMs ?? DEFAULT_REORDER_MS };
        case 'error_500':
        case 'error_503':
        case 'rate_limit':
        case 'forbidden':
        case 'not_found': {
          const answer = refusal(vendor, fault.action, fault.delayMs);
          noteUnsent(answer.status, 'answered by a fault rule, not sent');
          return { kind: 'answered', status: answer.status, retryAfterS: answer.retryAfterS, body: '' };
        }
        // Rules with this action match calls to eSIM Go only.
        case 'assignment_delay':
          return send(vendor, url, headers, body);
      }
    },
  };
}

function retryAfterOf(response: Response): number | null {
  const value = response.headers.get('retry-after');
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
