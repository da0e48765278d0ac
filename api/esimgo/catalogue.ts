import * as z from 'zod';
import { readDestinations, readPlans } from '../../lib/catalogue/catalogue-answers.ts';
import { AppError } from '../../lib/contract/error-codes.ts';
import { parseInput } from '../../lib/http/body.ts';
import { route } from '../../lib/http/route.ts';
import { kickIfDue } from '../../lib/jobs/kick.ts';

const destinationCode = z.string().regex(/^[A-Za-z0-9-]{1,20}$/);

// Browsers ask again each time and get a 304; Vercel's CDN answers for five minutes, and an hour more while it refreshes.
const CACHE_HEADERS = {
  'cache-control': 'public, max-age=0, must-revalidate',
  'vercel-cdn-cache-control': 'public, s-maxage=300, stale-while-revalidate=3600',
};

export const GET = route('esimgo/catalogue', async (request, { app, url }) => {
  const code = url.searchParams.get('destination');
  const answer =
    code === null ? await readDestinations(app.catalogue) : await readPlans(app.catalogue, parseDestination(code));
  if (answer === null) throw new AppError('not_found');
  // What the CDN and the browser had answered does not come here.
  kickIfDue(app.deps);
  const headers = { ...CACHE_HEADERS, etag: answer.etag };
  if (isFresh(request, answer.etag)) return new Response(null, { status: 304, headers });
  return new Response(answer.body, { headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } });
});

function parseDestination(code: string): string {
  return parseInput(z.object({ destination: destinationCode }), { destination: code }).destination.toUpperCase();
}

function isFresh(request: Request, etag: string): boolean {
  const given = request.headers.get('if-none-match');
  return given !== null && given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
}
