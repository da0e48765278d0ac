import { isIP } from 'node:net';

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Keeps other people's web pages out, which the developer's own browser would bring in: a page whose name was made to
 * resolve to this machine shows in `Host`, one that merely posts here in `Origin`. Names are this machine's own, HOST's
 * and APP_URL's. Answers why a request is refused, or null.
 */
export function createCallerCheck(env: Record<string, string | undefined>): (request: Request) => string | null {
  const names = new Set([...OWN_NAMES, ...namesOf(env)]);
  // Who serves on every address is reached by each of them; no foreign name resolves into an address as `Host`.
  const takesAnyAddress = names.has('0.0.0.0') || names.has('[::]');

  function isKnown(name: string | null): boolean {
    return name !== null && (names.has(name) || (takesAnyAddress && isIP(name.replace(/^\[|\]$/g, '')) > 0));
  }

  return ({ headers, url }) => {
    const host = headers.get('host') ?? new URL(url).host;
    if (!isKnown(hostnameOf(`http://${host}`))) {
      return `The sandbox does not answer as ${host}: open it at localhost, or set APP_URL to where you open it.`;
    }
    const origin = headers.get('origin');
    if (origin !== null && !isKnown(hostnameOf(origin))) {
      return `The sandbox takes nothing from pages of ${origin}: open it at localhost, or set APP_URL to where you open it.`;
    }
    return null;
  };
}

function namesOf({ HOST, APP_URL }: Record<string, string | undefined>): string[] {
  const host = HOST?.trim() ?? '';
  return [hostnameOf(`http://${isIP(host) === 6 ? `[${host}]` : host}`), hostnameOf(APP_URL?.trim() ?? '')].filter(
    (name) => name !== null,
  );
}

function hostnameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}
