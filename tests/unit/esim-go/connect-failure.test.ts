import { describe, expect, it } from 'vitest';
import { causeCodeOf, isConnectFailure } from '../../../lib/esim-go/connect-failure.ts';

const systemError = (code: string, syscall?: string) =>
  Object.assign(new Error(code), { code, ...(syscall && { syscall }) });
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('isConnectFailure', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
    'is proof that nothing was sent for %s',
    (code) => {
      expect(isConnectFailure(fetchFailed(systemError(code)))).toBe(true);
    },
  );

  it.each([
    'ECONNRESET',
    'EPIPE',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'ERR_SOMETHING_NEW',
  ])('proves nothing for %s', (code) => {
    expect(isConnectFailure(fetchFailed(systemError(code)))).toBe(false);
  });

  it('tells a time-out while connecting from one later', () => {
    expect(isConnectFailure(fetchFailed(systemError('ETIMEDOUT', 'connect')))).toBe(true);
    expect(isConnectFailure(fetchFailed(systemError('ETIMEDOUT', 'read')))).toBe(false);
  });

  it('needs every address to have failed while connecting', () => {
    const refused = systemError('ECONNREFUSED');
    expect(isConnectFailure(fetchFailed(new AggregateError([refused, refused])))).toBe(true);
    expect(isConnectFailure(fetchFailed(new AggregateError([refused, systemError('ECONNRESET')])))).toBe(false);
    expect(isConnectFailure(fetchFailed(new AggregateError([])))).toBe(false);
  });

  it.each([
    [undefined],
    ['ECONNREFUSED'],
    [new TypeError('fetch failed')],
    [new DOMException('aborted', 'AbortError')],
  ])('proves nothing for %s', (error) => {
    expect(isConnectFailure(error)).toBe(false);
  });
});

describe('causeCodeOf', () => {
  it('finds the innermost known code', () => {
    expect(causeCodeOf(fetchFailed(systemError('ECONNRESET')))).toBe('ECONNRESET');
    expect(causeCodeOf(new TypeError('fetch failed'))).toBeNull();
  });
});
