import type { BuildOutput, BuiltFunction, OutputRoute } from './build-output.ts';

export type Target =
  | { kind: 'function'; built: BuiltFunction }
  | { kind: 'static'; pathname: string }
  | { kind: 'status'; status: number };

export interface Routed {
  /** What `config.json` adds to the answer, names in lower case. A function's own header of the same name wins. */
  headers: Readonly<Record<string, string>>;
  /** With the parameters of rewrites and of `[name]` files, which win over those that the caller wrote. */
  search: URLSearchParams;
  target: Target;
}

type Rule = Extract<OutputRoute, { src: string }>;
type Phase = 'start' | 'filesystem' | 'miss' | 'error';

/** Walks the routes of `config.json` in the platform's order: start, files and functions, rewrites, misses, errors. */
export function createOutputRouter(output: BuildOutput): (pathname: string, search?: string) => Routed {
  const phases: Record<Phase, Rule[]> = { start: [], filesystem: [], miss: [], error: [] };
  let phase: Phase = 'start';
  for (const route of output.config.routes) {
    if ('handle' in route) phase = route.handle;
    else phases[phase].push(route);
  }
  const functions = new Map(output.functions.map((built) => [built.route, built]));
  const files = new Set(output.staticFiles.map((file) => `/${file}`));

  function find(pathname: string): Target | null {
    const file = pathname === '/' ? '/index.html' : pathname;
    if (files.has(file)) return { kind: 'static', pathname: file };
    const built = functions.get(pathname);
    return built ? { kind: 'function', built } : null;
  }

  return (original, search = '') => {
    const headers: Record<string, string> = {};
    const query = new URLSearchParams(search);
    let pathname = original;

    function walk(rules: readonly Rule[]): Target | null {
      for (const rule of rules) {
        const match = new RegExp(rule.src).exec(pathname);
        if (!match) continue;
        for (const [name, value] of Object.entries(rule.headers ?? {})) headers[name.toLowerCase()] = value;
        if (rule.dest !== undefined) {
          const [destination = '', parameters] = rule.dest
            .replace(/\$(\d)/g, (_, n) => match[Number(n)] ?? '')
            .split('?');
          pathname = destination;
          for (const [name, value] of new URLSearchParams(parameters)) query.set(name, value);
        }
        if (rule.continue) continue;
        const found = rule.dest === undefined ? null : find(pathname);
        if (found) return found;
        if (rule.status !== undefined) return { kind: 'status', status: rule.status };
      }
      return null;
    }

    const target = walk(phases.start) ?? find(pathname) ?? walk(phases.filesystem) ?? walk(phases.miss) ?? NOT_FOUND;
    return { headers, search: query, target };
  };
}

const NOT_FOUND: Target = { kind: 'status', status: 404 };
