// Runs one built function in a process of its own, by plain Node without any loader, as the platform does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pathToFileURL } from 'node:url';
import { createBackgroundWork, provideWaitUntil } from '../serve/background-work.ts';
import { allowedMethods, handlerFor } from '../serve/function-routes.ts';

const [, , entry = ''] = process.argv;

const background = createBackgroundWork((error) => console.error(error));
provideWaitUntil(background);

const startedAt = performance.now();
const module: unknown = await import(pathToFileURL(entry).href);
const importMs = performance.now() - startedAt;

const server = createServer((req, res) => {
  answer(req, res).catch((error: unknown) => {
    console.error(error);
    if (!res.headersSent) res.writeHead(500);
    res.end();
  });
});

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const method = req.method ?? 'GET';
  const handler = handlerFor(module, method);
  if (handler === null) {
    res.writeHead(405).end();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, values] of Object.entries(req.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const request = new Request(new URL(req.url ?? '/', `http://${req.headers.host}`), {
    method,
    headers,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.concat(chunks) }),
  });
  const response = await handler(request);
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.end(Buffer.from(await response.arrayBuffer()));
}

// Whoever started it is gone.
process.once('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  process.send?.({ port, importMs, methods: allowedMethods(module).split(', ') });
});
