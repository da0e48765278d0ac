import { EsimGoUnreachableError, isEsimGoError } from '../esim-go/errors.ts';

/** Newest first: the first that shows a catalogue is the one to use. */
export const PROBED_VERSIONS = ['v2.5', 'v2.4', 'v2.3', 'v2'] as const;
export type ProbedVersion = (typeof PROBED_VERSIONS)[number];

/** In the vendor's reference, from v2.1 on; `/esims` in v2.0 as well. */
const DOCUMENTED = ['/catalogue', '/esims', '/organisation', '/inventory', '/networks'] as const;
/** What people try who look for the catalogue. None is in any version's reference. */
const GUESSED = ['/catalog', '/bundles', '/products', '/available', '/marketplace', '/store'] as const;
/** These exist, for the vendor's own use, and no key opens them. */
const PRIVATE: ReadonlySet<string> = new Set(['/bundles', '/products']);

export type ProbeMeaning =
  | 'works'
  | 'empty_list'
  | 'no_such_route'
  | 'refused'
  | 'private_route'
  | 'not_found'
  | 'rate_limited'
  | 'server_error'
  | 'no_answer'
  /** Answered well, and not in JSON: a web page. */
  | 'not_the_api'
  | 'unexpected';

export interface ProbedCall {
  readonly version: ProbedVersion;
  readonly path: string;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** The beginning of a refusal, without the key; empty for what was granted; the reason where nothing answered. */
  readonly text: string;
  readonly ms: number;
  readonly at: Date;
  readonly meaning: ProbeMeaning;
}

export type ProbeVerdict =
  /** The configured version shows the catalogue, and is the newest that does. */
  | { readonly kind: 'all_well' }
  /** The configured version shows it, and so does a newer one. */
  | { readonly kind: 'newer_version'; readonly baseUrl: string }
  /** Only another version shows it: `baseUrl` is what to set. */
  | { readonly kind: 'set_base_url'; readonly baseUrl: string }
  /** The key may read the catalogue, and nothing is in it. */
  | { readonly kind: 'catalogue_empty' }
  /** The key works, but not for the catalogue. */
  | { readonly kind: 'catalogue_refused' }
  | { readonly kind: 'key_refused' }
  /** Something answers, and it is not eSIM Go's API. */
  | { readonly kind: 'wrong_host' }
  | { readonly kind: 'no_answer' }
  /** Too many calls, or faults at the vendor: nothing can be said. */
  | { readonly kind: 'try_again' };

export interface ProbeReport {
  readonly baseUrl: string;
  readonly calls: readonly ProbedCall[];
  readonly verdict: ProbeVerdict;
}

/** The part of the eSIM Go client that a probe needs, for one base URL. */
export interface ProbedApi {
  probe(path: string): Promise<{
    readonly status: number;
    readonly text: string;
    readonly ms: number;
    readonly retryAfterMs: number | null;
  }>;
  close(): Promise<void>;
}

export interface ProbeDeps {
  readonly baseUrl: string;
  readonly open: (baseUrl: string) => ProbedApi;
  /** An eSIM of the account, for `/esims/{iccid}/bundles`; null when it has none. */
  readonly iccid: string | null;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Tries every version and path, one call after the other and beginning with what is configured, and says what the answers
 * mean together. GETs only.
 */
export async function probeSupplier(deps: ProbeDeps): Promise<ProbeReport> {
  const { baseUrl, open, iccid } = deps;
  const calls: ProbedCall[] = [];
  for (const version of versionsFor(baseUrl)) {
    const api = open(baseUrlOf(baseUrl, version));
    try {
      for (const path of pathsOf(iccid)) {
        if (isSilent(calls)) break;
        calls.push(await probeOnce(api, version, path, deps));
      }
    } finally {
      await api.close();
    }
  }
  return { baseUrl, calls, verdict: verdictOf(baseUrl, calls) };
}

// Each silent call lasts as long as its time-out and its repeats; more of them would say the same.
const SILENT_CALLS = 2;

function isSilent(calls: readonly ProbedCall[]): boolean {
  return calls.length >= SILENT_CALLS && calls.every(({ meaning }) => meaning === 'no_answer');
}

export function isConfigured(baseUrl: string, version: ProbedVersion): boolean {
  return baseUrlOf(baseUrl, version) === baseUrl.replace(/\/+$/, '');
}

function versionsFor(baseUrl: string): ProbedVersion[] {
  const configured = PROBED_VERSIONS.filter((version) => isConfigured(baseUrl, version));
  return [...configured, ...PROBED_VERSIONS.filter((version) => !configured.includes(version))];
}

/** The same host with another version; a base without any version gets one. */
export function baseUrlOf(baseUrl: string, version: ProbedVersion): string {
  return `${baseUrl.replace(/\/+$/, '').replace(/\/v\d+(\.\d+)?$/, '')}/${version}`;
}

function pathsOf(iccid: string | null): string[] {
  const ofEsim = iccid === null ? [] : [`/esims/${iccid}/bundles`];
  return [...DOCUMENTED, ...ofEsim, ...GUESSED];
}

// The advice hangs on the catalogue alone: a moment's trouble there must not look like a version without one.
const PAUSES_MS = [1_000, 3_000, 6_000];
const MAX_PAUSE_MS = 30_000;

async function probeOnce(
  api: ProbedApi,
  version: ProbedVersion,
  path: string,
  { now, sleep }: Pick<ProbeDeps, 'now' | 'sleep'>,
): Promise<ProbedCall> {
  const pausesMs = path === '/catalogue' ? [...PAUSES_MS] : [];
  const shown = path.replace(/\d{14,18}(\d{4})(?!\d)/, '…$1');
  for (;;) {
    const at = now();
    try {
      // One row is enough to know, and the terms ask for few large listings.
      const answer = await api.probe(path === '/catalogue' ? '/catalogue?page=1&perPage=1' : path);
      const meaning = meaningOf(path, answer.status, answer.text);
      const pauseMs = isPassing(meaning) ? pausesMs.shift() : undefined;
      if (pauseMs !== undefined) {
        await sleep(Math.min(Math.max(pauseMs, answer.retryAfterMs ?? 0), MAX_PAUSE_MS));
        continue;
      }
      // What a granted call answers is the account's business: the organisation holds names, addresses and the key.
      const text = answer.status < 400 ? '' : answer.text;
      return { version, path: shown, status: answer.status, text, ms: answer.ms, at, meaning };
    } catch (error) {
      // Silence needs no repeats here: the client has tried several times already.
      if (!isEsimGoError(error)) throw error;
      const ms = now().getTime() - at.getTime();
      const text = error instanceof EsimGoUnreachableError ? (error.causeCode ?? error.reason) : error.name;
      return { version, path: shown, status: null, text, ms, at, meaning: 'no_answer' };
    }
  }
}

/** Says nothing about the key or the version, and may be over in a minute. */
function isPassing(meaning: ProbeMeaning): boolean {
  return meaning === 'rate_limited' || meaning === 'server_error' || meaning === 'no_answer';
}

function meaningOf(path: string, status: number, text: string): ProbeMeaning {
  if (status >= 200 && status < 300) {
    const dense = text.replace(/\s/g, '');
    // A site that shows its front page for every path would pass for an API otherwise.
    if (!/^[[{]/.test(dense)) return 'not_the_api';
    return /^\{"(esims|bundles)":(\[\]|null)/.test(dense) ? 'empty_list' : 'works';
  }
  if (status === 404) return path.startsWith('/esims/') ? 'not_found' : 'no_such_route';
  if (status === 401 || status === 403) return PRIVATE.has(path) ? 'private_route' : 'refused';
  if (status === 429) return 'rate_limited';
  return status >= 500 || status === 408 ? 'server_error' : 'unexpected';
}

function verdictOf(baseUrl: string, calls: readonly ProbedCall[]): ProbeVerdict {
  const catalogues = calls.filter(({ path }) => path === '/catalogue');
  const shows = (version: ProbedVersion): boolean =>
    catalogues.some((call) => call.version === version && call.meaning === 'works');
  const isUnknown = (version: ProbedVersion): boolean =>
    catalogues.some((call) => call.version === version && isPassing(call.meaning));
  const newest = PROBED_VERSIONS.find(shows);
  if (newest !== undefined) {
    const best = baseUrlOf(baseUrl, newest);
    const configured = PROBED_VERSIONS.find((version) => isConfigured(baseUrl, version));
    const newer = PROBED_VERSIONS.slice(0, PROBED_VERSIONS.indexOf(newest));
    // Once that one answers again it may be the best: no advice is better than one to go back.
    if ((configured !== undefined && isUnknown(configured)) || newer.some(isUnknown)) return { kind: 'try_again' };
    if (configured === undefined || !shows(configured)) return { kind: 'set_base_url', baseUrl: best };
    return configured === newest ? { kind: 'all_well' } : { kind: 'newer_version', baseUrl: best };
  }
  const has = (...meanings: ProbeMeaning[]): boolean => calls.some(({ meaning }) => meanings.includes(meaning));
  if (calls.every(({ meaning }) => meaning === 'no_answer')) return { kind: 'no_answer' };
  if (catalogues.some(({ meaning }) => isPassing(meaning))) return { kind: 'try_again' };
  if (catalogues.some(({ meaning }) => meaning === 'empty_list')) return { kind: 'catalogue_empty' };
  if (has('works', 'empty_list')) return { kind: 'catalogue_refused' };
  return has('refused', 'private_route') ? { kind: 'key_refused' } : { kind: 'wrong_host' };
}

/** For the vendor's support: what was asked, when, and what came back. Without the key, whole ICCIDs and granted bodies. */
export function supportMessage({ baseUrl, calls, verdict }: ProbeReport): string {
  const lines = calls.map(({ version, path, status, text, at, ms }) => {
    const answer = status === null ? 'no answer' : String(status);
    const words = text.replace(/\s+/g, ' ').trim();
    return `${at.toISOString()}  GET /${version}${path}  ${answer}  ${ms} ms${words === '' ? '' : `  ${words}`}`;
  });
  return [
    'Hello,',
    '',
    ...questionOf(baseUrl, verdict),
    '',
    `Base URL: ${baseUrl}. Header: X-API-Key (the key is not in this message). Calls, times in UTC:`,
    ...lines,
    '',
    'Thank you!',
  ].join('\n');
}

function questionOf(baseUrl: string, verdict: ProbeVerdict): string[] {
  switch (verdict.kind) {
    case 'all_well':
      return [
        'Our key reads GET /catalogue. Could you please confirm that the price list (groups) it shows is complete?',
      ];
    case 'newer_version':
      return [`Our key reads GET /catalogue. Could you please confirm that we may move to ${verdict.baseUrl}?`];
    case 'set_base_url':
      return [
        `Our key reads the catalogue under ${verdict.baseUrl}, and not under ${baseUrl}, which we were using.`,
        `Could you please confirm that ${verdict.baseUrl} is the base URL for our organisation?`,
      ];
    case 'catalogue_empty':
      return [
        'Our key reads GET /catalogue, and no bundle is in it. Could you please assign a price list (groups) to our',
        'organisation, or tell us what is missing for it?',
      ];
    case 'catalogue_refused':
      return [
        'Our key works, but does not show the catalogue of bundles as the API reference describes. Could you please check',
        '1. that our organisation is verified and has a price list (groups) assigned,',
        '2. that this key may read GET /catalogue,',
        '3. which base URL and path our organisation has to use for it?',
      ];
    case 'key_refused':
      return [
        'Every route refuses our key. Could you please check',
        '1. that the key is the current one of our organisation, and that the organisation is verified and not suspended,',
        '2. that no IP allow-list is active for it?',
      ];
    case 'wrong_host':
      return ['Nothing at this address looks like your API. Which base URL does our organisation have to use?'];
    case 'no_answer':
      return [
        'We get no answer from this address. Is there an outage, or is our network blocked?',
        'Our outgoing IP address: (please fill in)',
      ];
    case 'try_again':
      return ['GET /catalogue answers with faults or limits. Is there a disturbance, or a limit on our account?'];
  }
}
