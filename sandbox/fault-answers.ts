import type { Vendor } from './context.ts';

/** Faults that replace a vendor's answer, as that vendor words them. */
export type RefusalAction = 'error_500' | 'error_503' | 'rate_limit' | 'forbidden' | 'not_found';

export interface RefusalAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  retryAfterS: number | null;
}

export function refusal(vendor: Vendor, action: RefusalAction, delayMs: number | null): RefusalAnswer {
  const retryAfterS = Math.max(1, Math.ceil((delayMs ?? 1000) / 1000));
  switch (action) {
    case 'error_500':
      return vendorAnswer(vendor, 500, 'Internal Server Error', null);
    case 'error_503':
      return vendorAnswer(vendor, 503, vendor === 'esimgo' ? 'Processing' : 'Service Unavailable', retryAfterS);
    case 'rate_limit': {
      const message = vendor === 'esimgo' ? 'Rate limit exceeded' : `Too Many Requests: retry after ${retryAfterS}`;
      return vendorAnswer(vendor, 429, message, retryAfterS);
    }
    case 'forbidden':
      return vendorAnswer(
        vendor,
        403,
        vendor === 'esimgo' ? 'access denied' : 'Forbidden: bot was blocked by the user',
        null,
      );
    case 'not_found':
      if (vendor === 'telegram') return vendorAnswer(vendor, 404, 'Not Found', null);
      return {
        status: 404,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: 'Not Found',
        retryAfterS: null,
      };
  }
}

function vendorAnswer(vendor: Vendor, status: number, message: string, retryAfterS: number | null): RefusalAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (retryAfterS !== null) headers['retry-after'] = String(retryAfterS);
  const telegramBody = {
    ok: false,
    error_code: status,
    description: message,
    ...(status === 429 ? { parameters: { retry_after: retryAfterS } } : {}),
  };
  return { status, headers, body: JSON.stringify(vendor === 'esimgo' ? { message } : telegramBody), retryAfterS };
}
