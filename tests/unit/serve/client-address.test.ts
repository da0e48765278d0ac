import { describe, expect, it } from 'vitest';
import { clientAddressOf } from '../../../scripts/serve/client-address.ts';

describe('clientAddressOf', () => {
  it.each(['203.0.113.7', '::ffff:203.0.113.7', '2001:db8::7', '172.32.0.1', '11.0.0.1', '100.64.0.1', '::7f00:1'])(
    'believes nothing that %s says of itself, since it comes from outside',
    (peer) => {
      expect(clientAddressOf(peer, '198.51.100.9')).toBe(peer.replace('::ffff:', ''));
    },
  );

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3', '172.17.0.1', '192.168.1.1', 'fd00::2', 'fe80::1%eth0'])(
    'takes what the proxy at %s wrote, which is the last hop',
    (peer) => {
      expect(clientAddressOf(peer, '198.51.100.9')).toBe('198.51.100.9');
      expect(clientAddressOf(peer, '1.1.1.1, 127.0.0.1, 198.51.100.9')).toBe('198.51.100.9');
    },
  );

  it('does not look past a last hop that is a private address: a neighbour could have invented the rest', () => {
    expect(clientAddressOf('127.0.0.1', '1.1.1.1, 192.168.1.50')).toBe('192.168.1.50');
  });

  it('puts several headers of one name together', () => {
    expect(clientAddressOf('127.0.0.1', ['1.1.1.1', '198.51.100.9'])).toBe('198.51.100.9');
  });

  it.each([
    ['198.51.100.9:51234', '198.51.100.9'],
    ['[2001:db8::7]:51234', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:198.51.100.9', '198.51.100.9'],
  ])('writes %s as %s, so that one caller has one address', (hop, address) => {
    expect(clientAddressOf('127.0.0.1', hop)).toBe(address);
  });

  it.each([undefined, '', 'unknown', '198.51.100.9,', '999.1.1.1', 'a\r\nb'])(
    'falls back to the peer for %j',
    (header) => {
      expect(clientAddressOf('::ffff:127.0.0.1', header)).toBe('127.0.0.1');
    },
  );

  it('knows no address of a connection that is gone', () => {
    expect(clientAddressOf(undefined, '198.51.100.9')).toBeNull();
  });
});
