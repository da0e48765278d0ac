import { catalogueRoutes } from './routes/catalogue.ts';
import { esimBundleRoutes } from './routes/esim-bundles.ts';
import { esimRoutes } from './routes/esims.ts';
import { orderRoutes } from './routes/orders.ts';
import { organisationRoutes } from './routes/organisation.ts';
import { API_VERSIONS, type ApiVersion, type Route } from './world.ts';

/** In order of preference: fixed paths stand before those with a variable part. */
const ROUTES: readonly { route: Route; segments: readonly string[] }[] = [
  ...catalogueRoutes,
  ...orderRoutes,
  ...esimRoutes,
  ...esimBundleRoutes,
  ...organisationRoutes,
].map((route) => ({ route, segments: route.path.split('/').slice(1) }));

export interface RoutedCall {
  route: Route;
  version: ApiVersion;
  params: Record<string, string>;
}

/** `path` starts with the version. Null if there is no such route in that version. */
export function findRoute(method: string, path: string): RoutedCall | null {
  const [, prefix, ...segments] = path.split('/');
  const version = API_VERSIONS.find((known) => known === prefix);
  if (version === undefined) return null;
  for (const { route, segments: pattern } of ROUTES) {
    if (route.method !== method || pattern.length !== segments.length) continue;
    if (route.since !== undefined && API_VERSIONS.indexOf(version) < API_VERSIONS.indexOf(route.since)) continue;
    const params = matchSegments(pattern, segments);
    if (params !== null) return { route, version, params };
  }
  return null;
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) {
      const value = decodeSegment(segment);
      if (value === '') return null;
      params[part.slice(1, -1)] = value;
    } else if (part !== segment) {
      return null;
    }
  }
  return params;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
