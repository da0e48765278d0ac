import { isConfigured, type ProbedCall, type ProbeMeaning, type ProbeReport } from '../../lib/admin/probe-supplier.ts';

const DOCUMENTED = ['/catalogue', '/esims', '/organisation', '/inventory', '/networks'];

const MEANING: Record<Exclude<ProbeMeaning, 'no_such_route' | 'no_answer'>, string> = {
  works: 'readable with this key',
  empty_list: 'readable, and empty',
  refused: 'the route exists and is closed: wrong key, an IP allow-list, or no permission',
  private_route: 'a route of eSIM Go’s own, closed to every key: not the catalogue',
  not_found: 'this version knows no such route, or not this eSIM',
  rate_limited: 'too many calls at once: run the probe again in a minute',
  server_error: 'a fault at eSIM Go: run the probe again later',
  not_the_api: 'a web page, not the API: the address is wrong',
  unexpected: 'an answer that the API reference does not know, such as a redirect: the address may be wrong',
};

const EMPTY: Readonly<Record<string, string>> = {
  '/catalogue': 'readable, and empty: the account has no price list',
  '/esims': 'readable, and empty: these are the eSIMs the account has bought, not what it can buy',
  '/inventory': 'readable, and empty: bundles bought in advance, which the shop does not use',
};

export function meaningOf({ version, path, meaning, text }: ProbedCall): string {
  if (meaning === 'no_answer') return `no answer: ${silenceOf(text)}`;
  if (meaning === 'empty_list') return EMPTY[path] ?? MEANING.empty_list;
  if (meaning === 'works' && path === '/catalogue') return 'the catalogue: what the account can buy';
  if (meaning !== 'no_such_route') return MEANING[meaning];
  if (!DOCUMENTED.includes(path)) return 'no such route: a guess, in no version’s reference';
  if (version !== 'v2') return 'no such route, though the reference has it here: not eSIM Go’s address, or hidden';
  return path === '/catalogue'
    ? 'no such route in this version: v2 is the first one and has no catalogue'
    : 'no such route in this version: later ones have it';
}

function silenceOf(code: string): string {
  if (code === 'ECONNREFUSED') return `nobody listens there (${code})`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `this name is not known (${code})`;
  if (/TIME/i.test(code)) return `not in time (${code})`;
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return `its certificate is not valid (${code})`;
  return `the connection broke (${code})`;
}

export function verdictLines({ verdict, baseUrl, calls }: ProbeReport): string[] {
  switch (verdict.kind) {
    case 'all_well':
      return ['The catalogue is readable where the shop looks for it, in the newest version. Nothing to set.'];
    case 'newer_version':
      return [
        'The catalogue is readable where the shop looks for it, so it can stay as it is. A newer version shows it too, in',
        'the same form, and tells more of each eSIM (its state, a link for Android). To use that one set',
        `  ESIMGO_API_URL=${verdict.baseUrl}`,
      ];
    case 'set_base_url':
      return [
        `The key is good. ${baseUrl} does not show it the catalogue, another version does. Set`,
        `  ESIMGO_API_URL=${verdict.baseUrl}`,
        'Nothing has to be asked of eSIM Go for that.',
      ];
    case 'catalogue_empty':
      return [
        'The key may read the catalogue, and nothing is in it: the account has no price list. Nothing to set here;',
        'send the message above to eSIM Go.',
      ];
    case 'catalogue_refused':
      return [
        'The key is good, but this account may not read the catalogue, in any version. Nothing to set here; send the',
        'message above to eSIM Go. Until they open it, the shop sells from its last good copy.',
      ];
    case 'key_refused':
      return [
        'Every route that exists refuses this key. Check, in this order:',
        '  1. ESIMGO_API_KEY is the key of the portal (Account Settings → API Details), whole and of this account;',
        '     making a new one there ended the old one at once. If in doubt make one, and set it.',
        '  2. No IP allow-list is set there: a host without a fixed address cannot be on it.',
        '  3. The account is verified. If all of this is so, send the message above to eSIM Go.',
      ];
    case 'wrong_host':
      return [
        `${baseUrl} is not eSIM Go’s API: no version of it is there. Set`,
        '  ESIMGO_API_URL=https://api.esim-go.com/v2.5',
      ];
    case 'no_answer':
      return [
        `${new URL(baseUrl).host} does not answer at all: ${silenceOf(calls[0]?.text ?? '')}. The key was not judged. Check`,
        '  1. ESIMGO_API_URL: eSIM Go is at https://api.esim-go.com/v2.5,',
        '  2. the network of this machine: its DNS, proxy and firewall (outgoing port 443).',
        'The message above is for the case that the address is right and other sites answer.',
      ];
    case 'try_again':
      return [
        'The catalogue answers with limits or faults where it matters, so nothing can be said yet. Nothing to set: run',
        'the probe again in a minute, and send the message above if it stays so.',
      ];
  }
}

export function tableOf({ baseUrl, calls }: ProbeReport): string {
  const width = Math.max(...calls.map(({ path }) => path.length));
  let version = '';
  const lines = calls.flatMap((call) => {
    const mark = isConfigured(baseUrl, call.version) ? '  (what ESIMGO_API_URL or --url says)' : '';
    const heading = call.version === version ? [] : [`${version === '' ? '' : '\n'}/${call.version}${mark}`];
    version = call.version;
    return [...heading, `  ${call.path.padEnd(width)}  ${String(call.status ?? '-').padEnd(3)}  ${meaningOf(call)}`];
  });
  const has404 = calls.some(({ status }) => status === 404);
  const note = 'A 404 says nothing about what the key may do: routes are looked up before keys.';
  return [...lines, ...(has404 ? ['', note] : [])].join('\n');
}
