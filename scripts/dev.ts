import { runCommand } from './serve/run-command.ts';

await runCommand({
  help: `
npm run dev

Starts the whole shop on one port: the Mini App, the functions, PostgreSQL, and simulators of eSIM Go and Telegram.
Needs no account, no key and no network. Open the address of its last line.

  PORT       the port; default 3000
  HOST       the address to listen on; default loopback only
  DATA_DIR   where the database and the generated secrets are kept; default .data

Every setting of .env.example is honoured, from the environment or from .env.dev; what is not set is made and kept in
DATA_DIR. "npm run reset" forgets it all. It never reads .env, which is for the real shop.
`,
  envFile: '.env.dev',
  start: async (onStop) => (await import('./dev/start-dev.ts')).startDev(onStop),
});
