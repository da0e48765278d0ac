import { createChildren } from './verify-deploy/children.ts';

const HELP = `npm run verify:deploy

Proves that what is in the repository is what Vercel runs. It copies what git tracks (with the changes of the working
tree) to a temporary folder, builds that with the real Vercel CLI, without a login or a network, and looks at what came
out: number of functions, runtime, imports, headers, crons, and that neither secrets nor the simulators are inside. Then it
serves the output on this machine as Vercel would, each function in a process of its own, buys an eSIM there from both
simulators, opens the Mini App, and calls every function under Vercel's own launcher.

It needs the packages of "npm ci". The Vercel CLI is installed into tools/vercel-cli when it is not there yet; all else
works offline. It takes about three minutes, and needs no settings, account or free port.

Type errors fail it too, as Vercel's compiler sees them; "npm run check" sees those of scripts and tests as well.

Exit code: 0 all is well, 1 something is wrong (each line says what to do), 130 interrupted.`;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function main(): Promise<void> {
  const children = createChildren();
  const undos: (() => unknown)[] = [];
  let isStopping = false;
  async function stop(exitCode: number): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    await children.stopAll().catch(complain);
    for (let undo = undos.pop(); undo; undo = undos.pop()) {
      try {
        await undo();
      } catch (error) {
        complain(error);
      }
    }
    process.exit(exitCode);
  }
  for (const signal of SIGNALS) process.on(signal, () => void stop(130));
  try {
    const { verify } = await import('./verify-deploy/verify.ts');
    await stop((await verify(children, (undo) => undos.push(undo))) ? 0 : 1);
  } catch (error) {
    if (isStopping) return; // a step failed because its ground was taken away
    complain(error);
    await stop(1);
  }
}

function complain(error: unknown): void {
  const isExpected = error instanceof Error && error.name.endsWith('Error') && error.name !== 'TypeError';
  console.error(isExpected ? error.message : error);
}

if (process.argv.includes('--help') || process.argv.includes('-h')) console.log(HELP);
else await main();
