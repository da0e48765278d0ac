import type { ProbedCall, ProbeMeaning, ProbeReport, ProbeVerdict } from '../../lib/admin/probe-supplier.ts';

const MEANING: Record<ProbeMeaning, string> = {
  works: 'readable with this key',
  empty_list: 'readable, and empty',
  no_such_route: 'no such route in this version; routes are looked up before keys, so this is not about permission',
  refused: 'the route exists and is closed: wrong key, an IP allow-list, or no permission',
  private_route: 'a route of eSIM Go’s own, closed to every key: not the catalogue',
  not_found: 'this version knows no such route, or not this eSIM',
  rate_limited: 'too many calls at once: run the probe again in a minute',
  server_error: 'a fault at eSIM Go: run the probe again later',
  no_answer: 'nothing answered',
  unexpected: 'an answer that the API reference does not know',
};

export function meaningOf({ path, meaning }: ProbedCall): string {
  if (meaning === 'empty_list' && path === '/esims') {
    return 'readable, and empty: these are the eSIMs the account has bought, not what it can buy';
  }
  if (meaning === 'works' && path === '/catalogue') return 'the catalogue: what the account can buy';
  return MEANING[meaning];
}

export function verdictLines(verdict: ProbeVerdict): string[] {
  switch (verdict.kind) {
    case 'all_well':
      return ['The catalogue is readable where the shop looks for it. Nothing to set.'];
    case 'set_base_url':
      return [
        'The key is good, and the catalogue is readable in another version. Set',
        `  ESIMGO_API_URL=${verdict.baseUrl}`,
      ];
    case 'catalogue_refused':
      return [
        'The key is good, but this account may not read the catalogue, in any version.',
        'Send the message below to eSIM Go. Until they open it, import the price list of the portal:',
        '  npm run catalogue:import -- FILE',
      ];
    case 'key_refused':
      return [
        'Every route refuses this key. Check, in this order:',
        '  1. ESIMGO_API_KEY is the key of the portal (Account Settings → API Details), whole and of this account;',
        '     making a new one there ended the old one at once.',
        '  2. No IP allow-list is set there: a host without a fixed address cannot be on it.',
        '  3. The account is verified.',
      ];
    case 'wrong_host':
      return [
        'Nothing here is eSIM Go’s API: every version answers that there is no such route. Set',
        '  ESIMGO_API_URL=https://api.esim-go.com/v2.5',
      ];
    case 'no_answer':
      return ['Nothing answered: check the host of ESIMGO_API_URL and the network of this machine.'];
    case 'try_again':
      return ['The answers say nothing about the key yet (too many calls, or a fault there): run the probe again.'];
  }
}

export function tableOf({ calls }: ProbeReport): string {
  const width = Math.max(...calls.map(({ path }) => path.length));
  let version = '';
  return calls
    .flatMap((call) => {
      const heading = call.version === version ? [] : [`${version === '' ? '' : '\n'}/${call.version}`];
      version = call.version;
      return [...heading, `  ${call.path.padEnd(width)}  ${String(call.status ?? '-').padEnd(3)}  ${meaningOf(call)}`];
    })
    .join('\n');
}
