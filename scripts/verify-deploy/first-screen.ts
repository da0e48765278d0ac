import { checkSameHeaders, checkSecurityHeaders, type HeaderList } from './checks/headers.ts';
import type { Problem } from './problem.ts';

const ASSET = /(?:src|href)="(\/[^"]+)"/g;
const IMMUTABLE = 'public, max-age=31536000, immutable';
const DEEP_LINKS = ['/to/TH', '/plan/any', '/orders/any', '/esims/any', '/history', '/help', '/admin/orders'];
const FUNCTION_PATHS = ['/api/esimgo/catalogue', '/api/health', '/api/session', '/api/cron/tick'];

/** The Mini App's first screen as a browser gets it, and the headers of every kind of answer. */
export async function walkFirstScreen(
  url: string,
  wanted: HeaderList,
): Promise<{ figures: string; problems: Problem[] }> {
  const problems: Problem[] = [];
  const cure = 'See what "npm run build" leaves in dist/, and the rewrites and headers of vercel.json.';
  const complain = (sentence: string) => problems.push({ sentence, cure });
  let answers = 0;

  async function get(
    path: string,
    status: number,
    contentType: RegExp,
  ): Promise<{ text: string; headers: HeaderList }> {
    const response = await fetch(url + path);
    const headers = Object.fromEntries(response.headers);
    const type = headers['content-type'] ?? '';
    answers += 1;
    if (response.status !== status) complain(`${path} answered ${response.status} instead of ${status}.`);
    if (!contentType.test(type)) complain(`${path} answered ${type || 'no content type'}.`);
    problems.push(...checkSecurityHeaders(path, headers), ...checkSameHeaders(path, headers, wanted));
    return { text: await response.text(), headers };
  }

  const page = await get('/', 200, /^text\/html/);
  const assets = [...page.text.matchAll(ASSET)].flatMap(([, path]) => path ?? []);
  if (!assets.some((path) => path.endsWith('.js'))) complain('The page loads no script.');
  if (/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/i.test(page.text)) {
    complain('The page holds inline code or styles, which its Content-Security-Policy refuses.');
  }
  for (const path of assets) {
    const { headers } = await get(
      path,
      200,
      path.endsWith('.js') ? /javascript/ : /^(text\/css|image\/|application\/)/,
    );
    if (path.startsWith('/assets/') && headers['cache-control'] !== IMMUTABLE) {
      complain(`${path} has a hashed name and is kept as ${headers['cache-control'] ?? 'nothing'}.`);
    }
  }
  for (const path of DEEP_LINKS) {
    const { text } = await get(path, 200, /^text\/html/);
    if (text !== page.text) complain(`${path} does not open the Mini App.`);
  }
  await get('/no-such-page', 404, /./);
  await get('/api/no-such-function', 404, /./);
  for (const path of FUNCTION_PATHS) {
    const response = await fetch(url + path);
    const headers = Object.fromEntries(response.headers);
    await response.body?.cancel();
    answers += 1;
    problems.push(...checkSecurityHeaders(path, headers), ...checkSameHeaders(path, headers, wanted));
  }
  return {
    figures: `${assets.length} files of the page, ${DEEP_LINKS.length} deep links, ${answers} answers`,
    problems,
  };
}
