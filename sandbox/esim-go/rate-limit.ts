export interface RateWindow {
  isOver: boolean;
  headers: Record<string, string>;
  retryAfterS: number;
}

const WINDOW_MS = 1000;

/** A fixed window of one second per caller, on real time: advancing the vendor's clock does not make room. */
export function createRateLimit(): { take(ip: string, limit: number): RateWindow } {
  let windowStartMs = 0;
  let used = new Map<string, number>();

  return {
    take(ip, limit) {
      if (limit === 0) return { isOver: false, headers: {}, retryAfterS: 0 };
      const nowMs = Date.now();
      const startMs = nowMs - (nowMs % WINDOW_MS);
      if (startMs !== windowStartMs) {
        windowStartMs = startMs;
        used = new Map();
      }
      const count = (used.get(ip) ?? 0) + 1;
      used.set(ip, count);
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - count)),
        'x-ratelimit-reset': new Date(windowStartMs + WINDOW_MS).toISOString(),
        'x-ratelimit-cost': '1',
      };
      return { isOver: count > limit, headers, retryAfterS: 1 };
    },
  };
}
