import { runCommand } from './serve/run-command.ts';

await runCommand({
  help: `
npm start

Serves what "npm run build" made, with the settings of the environment or of .env: a server of your own, cron included.
Applies missing migrations first. Put a proxy that speaks https in front of it.

  PORT       the port; default 3000
  HOST       the address to listen on; default loopback only
`,
  envFile: '.env',
  start: async (onStop) => (await import('./serve/start-shop.ts')).startShop(onStop),
});
