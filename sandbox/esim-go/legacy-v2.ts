import { accessDenied, noSuchRoute } from './answers.ts';

/** The API's first version as a shop meets it today: a list of eSIMs, two routes that no key opens, and no catalogue. */
const LEGACY_ROUTES: Record<string, () => Response> = {
  'GET /v2/esims': () => Response.json({ esims: [], pageCount: 0, pageSize: 10, rows: 0 }),
  'GET /v2/bundles': accessDenied,
  'GET /v2/products': accessDenied,
};

export function isLegacyPath(path: string): boolean {
  return path.startsWith('/v2/');
}

/** In this version the key may also stand in the query. */
export function answerLegacy(method: string, path: string, isKeyRight: boolean): Response {
  const answer = LEGACY_ROUTES[`${method} ${path}`];
  if (answer === undefined) return noSuchRoute();
  return isKeyRight ? answer() : accessDenied();
}
