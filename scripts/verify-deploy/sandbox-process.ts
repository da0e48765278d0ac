import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bareEnvironment, type Children } from './children.ts';
import { VerifyError } from './problem.ts';

const SANDBOX = fileURLToPath(new URL('../sandbox.ts', import.meta.url));
const START_TIMEOUT_MS = 90_000;
const POLL_MS = 50;

/** `npm run sandbox` on a free port, before the shop at `shopUrl`. Answers where both are reached. */
export async function startSandboxProcess(options: {
  children: Children;
  home: string;
  shopUrl: string;
  settings: Readonly<Record<string, string>>;
}): Promise<string> {
  const { children, home, shopUrl, settings } = options;
  const child = children.start({
    args: ['--import', import.meta.resolve('tsx'), SANDBOX],
    // Not in the repository: its .env.dev is for the shop there.
    cwd: home,
    env: { ...bareEnvironment(home), ...settings, PORT: '0', SHOP_URL: shopUrl, DATA_DIR: home },
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const url = /^Ready: (http:\S+)\/sandbox$/m.exec(child.output())?.[1];
    if (url !== undefined) return url;
    if (child.process.exitCode !== null) break;
  }
  throw new VerifyError(`The simulators do not start. They printed:\n${child.output().trim()}`);
}
