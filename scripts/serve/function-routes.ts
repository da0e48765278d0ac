import { readdirSync } from 'node:fs';
import path from 'node:path';

const MODULE_FILE = /\.[cm]?[jt]s$/;
const DECLARATION_FILE = /\.d\.[cm]?ts$/;
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

export interface FunctionFile {
  /** The URL path, such as `/api/admin/[resource]`. */
  route: string;
  file: string;
}

export interface FunctionMatch {
  file: string;
  params: Readonly<Record<string, string>>;
}

export type FunctionHandler = (request: Request) => Response | Promise<Response>;

/** Every file that Vercel would deploy as a function, exact paths before those with a parameter. */
export function listFunctionFiles(directory: string): FunctionFile[] {
  const found: FunctionFile[] = [];
  const visit = (folder: string, route: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('_') || entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) visit(path.join(folder, entry.name), `${route}/${entry.name}`);
      else if (MODULE_FILE.test(entry.name) && !DECLARATION_FILE.test(entry.name)) {
        const name = entry.name.replace(MODULE_FILE, '');
        found.push({ route: name === 'index' ? route : `${route}/${name}`, file: path.join(folder, entry.name) });
      }
    }
  };
  visit(directory, '/api');
  const byParams = (one: FunctionFile, other: FunctionFile) => countParams(one.route) - countParams(other.route);
  return found.sort((one, other) => byParams(one, other) || (one.route < other.route ? -1 : 1));
}

/** Vercel deploys a test beside the functions like any other file there. */
export function isTestRoute(route: string): boolean {
  return /[.\-_](test|spec)$/.test(route);
}

/** Finds the function of a path as Vercel's router does: no trailing slash, one segment for each parameter. */
export function createFunctionRouter(files: readonly FunctionFile[]): (pathname: string) => FunctionMatch | null {
  const exact = new Map<string, FunctionMatch>();
  const patterns: { pattern: RegExp; names: string[]; file: string }[] = [];
  for (const { route, file } of files) {
    if (countParams(route) === 0) {
      exact.set(route, { file, params: {} });
      continue;
    }
    const names: string[] = [];
    const source = route.split('/').map((segment) => {
      const name = /^\[(\w+)\]$/.exec(segment)?.[1];
      if (name === undefined) return segment.replaceAll('.', String.raw`\.`);
      names.push(name);
      return '([^/]+)';
    });
    patterns.push({ pattern: new RegExp(`^${source.join('/')}$`), names, file });
  }
  return (pathname) => {
    const known = exact.get(pathname);
    if (known) return known;
    for (const { pattern, names, file } of patterns) {
      const values = pattern.exec(pathname)?.slice(1);
      if (values)
        return { file, params: Object.fromEntries(names.map((name, index) => [name, decode(values[index])])) };
    }
    return null;
  };
}

/** The rules of Vercel's launcher: `fetch` or the method's own export; HEAD is not derived from GET. Null means 405. */
export function handlerFor(module: unknown, method: string): FunctionHandler | null {
  const target = unwrapDefault(module);
  if (typeof target.fetch === 'function') return bind(target.fetch);
  const name = METHODS.find((candidate) => candidate === method);
  const handler = name && target[name];
  return typeof handler === 'function' ? bind(handler) : null;
}

export function allowedMethods(module: unknown): string {
  const target = unwrapDefault(module);
  return METHODS.filter((method) => typeof target[method] === 'function').join(', ');
}

/** The parameter of `[name].ts` arrives in the query, where it wins over one that the caller wrote. */
export function withParams(request: Request, params: Readonly<Record<string, string>>): Request {
  const entries = Object.entries(params);
  if (entries.length === 0) return request;
  const url = new URL(request.url);
  for (const [name, value] of entries) url.searchParams.set(name, value);
  const { method, headers, signal } = request;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(url, { method, headers, signal, ...(hasBody ? { body: request.body, duplex: 'half' } : {}) });
}

function countParams(route: string): number {
  return route.split('[').length - 1;
}

function decode(value = ''): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a lone percent sign is passed on as it came
  }
}

function unwrapDefault(module: unknown): Record<string, unknown> {
  let target = asRecord(module);
  for (let depth = 0; depth < 5 && target.default !== undefined; depth += 1) target = asRecord(target.default);
  return target;
}

function asRecord(value: unknown): Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? Object(value) : {};
}

function bind(handler: Function): FunctionHandler {
  return (request) => Reflect.apply(handler, undefined, [request]);
}
