import type { BuildOutput } from '../build-output.ts';
import { createOutputRouter } from '../output-router.ts';
import type { Problem } from '../problem.ts';

const REQUIRED = [
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
  'permissions-policy',
  'strict-transport-security',
];
const FRAME_ANCESTORS = "'self' https://web.telegram.org";
const CURE = 'Correct the headers of "/(.*)" in vercel.json.';

export type HeaderList = Readonly<Record<string, string>>;

/** What the deployment says on every path: files, functions, rewrites and what does not exist. */
export function checkRouteHeaders(output: BuildOutput, paths: readonly string[]): Problem[] {
  const route = createOutputRouter(output);
  return paths.flatMap((path) => checkSecurityHeaders(path, route(path).headers));
}

/** `headers` with names in lower case, as promised or as really answered. */
export function checkSecurityHeaders(path: string, headers: HeaderList): Problem[] {
  const problems: Problem[] = REQUIRED.filter((name) => !headers[name]).map((name) => ({
    sentence: `${path} has no ${name}.`,
    cure: CURE,
  }));
  if (headers['x-frame-options'] !== undefined) {
    problems.push({ sentence: `${path} has X-Frame-Options, so Telegram Web cannot show the Mini App.`, cure: CURE });
  }
  const policy = headers['content-security-policy'];
  if (policy !== undefined) {
    problems.push(...checkPolicy(policy).map((sentence) => ({ sentence: `${path}: ${sentence}`, cure: CURE })));
  }
  return problems;
}

/** The answers must carry exactly what vercel.json says: nothing lost, nothing altered. */
export function checkSameHeaders(path: string, headers: HeaderList, wanted: HeaderList): Problem[] {
  return Object.entries(wanted)
    .filter(([name, value]) => headers[name] !== value)
    .map(([name, value]) => ({
      sentence: `${path} answers ${name}: ${headers[name] ?? '(nothing)'} and vercel.json says ${value}.`,
      cure: 'Do not set this header in a function; vercel.json sets it for every path.',
    }));
}

function checkPolicy(policy: string): string[] {
  const directives = new Map(
    policy.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(/\s+/);
      return [name, values] as const;
    }),
  );
  const sentences: string[] = [];
  if (/'unsafe-(inline|eval|hashes)'/.test(policy)) sentences.push('the Content-Security-Policy allows unsafe code.');
  if (directives.get('default-src')?.join(' ') !== "'self'") sentences.push("default-src is not 'self'.");
  for (const name of ['script-src', 'style-src', 'connect-src']) {
    const values = directives.get(name)?.join(' ') ?? "'self'";
    if (values !== "'self'") sentences.push(`${name} is ${values}, and nothing but 'self' is needed.`);
  }
  const ancestors = directives.get('frame-ancestors')?.join(' ');
  if (ancestors !== FRAME_ANCESTORS) {
    sentences.push(`frame-ancestors is ${ancestors ?? 'missing'}, and must be ${FRAME_ANCESTORS}.`);
  }
  return sentences;
}
