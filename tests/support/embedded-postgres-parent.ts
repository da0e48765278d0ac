import { startEmbeddedPostgres } from '../../scripts/embedded-postgres/start.ts';

// A process of its own that starts a server, says so in one line, and then does as its second argument says.
const [dataDir = '', ending] = process.argv.slice(2);
const { url, mode } = await startEmbeddedPostgres({ dataDir });
process.stdout.write(`${JSON.stringify({ url, mode })}\n`);
if (ending === 'wait') setInterval(() => undefined, 60_000);
if (ending === 'throw') throw new Error('on purpose');
