import * as z from 'zod';
import { entryOf, type BuiltFunction } from './build-output.ts';
import { bareEnvironment, firstMessage, type Child, type Children } from './children.ts';

const START_TIMEOUT_MS = 60_000;
const readySchema = z.object({ port: z.number(), importMs: z.number(), methods: z.array(z.string()) });

export interface RunningFunction {
  built: BuiltFunction;
  url: string;
  importMs: number;
  /** The methods that it answers. */
  methods: readonly string[];
  child: Child;
}

/** Each in a process of its own, which knows the function's folder, its settings and nothing else. */
export async function startFunction(options: {
  children: Children;
  host: string;
  built: BuiltFunction;
  home: string;
  settings: Readonly<Record<string, string>>;
}): Promise<RunningFunction> {
  const { children, host, built, home, settings } = options;
  const child = children.start({
    args: [host, entryOf(built)],
    cwd: built.directory,
    env: { ...bareEnvironment(home), ...settings },
    hasMessages: true,
  });
  const { port, importMs, methods } = readySchema.parse(
    await firstMessage(child, `${built.route}, imported as Vercel would,`, START_TIMEOUT_MS),
  );
  return { built, url: `http://127.0.0.1:${port}`, importMs, methods, child };
}
