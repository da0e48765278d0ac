import { BlockList, isIP } from 'node:net';

/** Addresses that no caller from the internet can have: such a peer is a proxy on this machine or in its network. */
const near = new BlockList();
near.addSubnet('10.0.0.0', 8);
near.addSubnet('127.0.0.0', 8);
near.addSubnet('169.254.0.0', 16);
near.addSubnet('172.16.0.0', 12);
near.addSubnet('192.168.0.0', 16);
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/**
 * Who is calling: the peer, or, when a proxy of our own passes the call on, the last address of its X-Forwarded-For.
 * That one the proxy wrote itself; what stands before it, any caller can invent. Null when there is no address.
 */
export function clientAddressOf(
  peer: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
): string | null {
  const from = plainAddress(peer);
  if (from === null || forwardedFor === undefined || !isNear(from)) return from;
  const lastHop = String(forwardedFor).split(',').at(-1);
  return plainAddress(lastHop) ?? from;
}

function isNear(address: string): boolean {
  return near.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Without port, brackets and zone, and IPv4 as IPv4, so that one caller has one address. */
function plainAddress(text = ''): string | null {
  const bare = text
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? null : address;
}
