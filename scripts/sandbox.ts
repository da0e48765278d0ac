import { runCommand } from './serve/run-command.ts';

await runCommand({
  help: `
npm run sandbox

Starts the simulators of eSIM Go and Telegram alone, below /sandbox, and passes everything else on to a shop that runs
elsewhere, so that both share one origin. The shop needs ESIMGO_API_URL, TELEGRAM_API_URL, and the keys printed at the start.

  PORT          the port; default 3001
  HOST          the address to listen on; default loopback only
  SHOP_URL      where the shop runs; default http://127.0.0.1:3000
  DATA_DIR      where keys and the database are kept; default .data
  DATABASE_URL  a PostgreSQL to use instead of one of its own
`,
  envFile: '.env.dev',
  start: async (onStop) => (await import('./sandbox/start-sandbox.ts')).startSandbox(onStop),
});
