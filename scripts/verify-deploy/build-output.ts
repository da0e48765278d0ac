import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { VerifyError } from './problem.ts';

// Strict, because a rule that the router below does not know would be one that nobody looked at.
const routeSchema = z.union([
  z.strictObject({ handle: z.enum(['filesystem', 'miss', 'error']) }),
  z.strictObject({
    src: z.string(),
    dest: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    continue: z.boolean().optional(),
    check: z.boolean().optional(),
    status: z.number().optional(),
  }),
]);
const configSchema = z.object({
  version: z.literal(3),
  routes: z.array(routeSchema),
  crons: z.array(z.object({ path: z.string(), schedule: z.string() })).default([]),
});
const functionSchema = z.object({ handler: z.string(), runtime: z.string() });

export type OutputRoute = z.infer<typeof routeSchema>;
export type OutputConfig = z.infer<typeof configSchema>;

export interface BuiltFunction {
  /** The path that it is deployed under, such as `/api/cron/[job]`. */
  route: string;
  directory: string;
  handler: string;
  runtime: string;
  /** Relative to `directory`, with forward slashes. */
  files: readonly string[];
}

export interface BuildOutput {
  directory: string;
  config: OutputConfig;
  functions: readonly BuiltFunction[];
  /** Relative to `static/`. */
  staticFiles: readonly string[];
}

/** What `vercel build` left in `.vercel/output`, read as the platform reads it. */
export function readBuildOutput(directory: string): BuildOutput {
  const config = parseFile(path.join(directory, 'config.json'), configSchema);
  const functionsDirectory = path.join(directory, 'functions');
  const names = existsSync(functionsDirectory) ? listFunctions(functionsDirectory) : [];
  return {
    directory,
    config,
    functions: names.map((name) => {
      const folder = path.join(functionsDirectory, name);
      const { handler, runtime } = parseFile(path.join(folder, '.vc-config.json'), functionSchema);
      const route = `/${toPosix(name).replace(/\.func$/, '')}`;
      return { route, directory: folder, handler, runtime, files: listFiles(folder) };
    }),
    staticFiles: listFiles(path.join(directory, 'static')),
  };
}

/** The module that Vercel would import. */
export function entryOf({ directory, handler }: BuiltFunction): string {
  return path.join(directory, handler);
}

function listFunctions(directory: string, prefix = ''): string[] {
  return readdirSync(path.join(directory, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const name = path.join(prefix, entry.name);
      if (entry.name.endsWith('.func')) return [name];
      return entry.isDirectory() ? listFunctions(directory, name) : [];
    })
    .sort();
}

function listFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => toPosix(path.relative(directory, path.join(entry.parentPath, entry.name))))
    .sort();
}

function parseFile<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new VerifyError(`${file} is not as Vercel writes it, so it cannot be judged: ${reason}`, { cause: error });
  }
}

function toPosix(name: string): string {
  return name.split(path.sep).join('/');
}
