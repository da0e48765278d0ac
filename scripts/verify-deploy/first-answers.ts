import type { RunningFunction } from './function-processes.ts';
import type { Problem } from './problem.ts';

export interface FirstAnswer {
  route: string;
  importMs: number;
  answerMs: number;
  status: number;
}

/** One call to each function by a stranger: it may refuse, but never fail. */
export async function takeFirstAnswers(
  functions: readonly RunningFunction[],
): Promise<{ answers: FirstAnswer[]; problems: Problem[] }> {
  const answers: FirstAnswer[] = [];
  const problems: Problem[] = [];
  for (const { built, url, importMs, methods, child } of functions) {
    const startedAt = performance.now();
    const response = await callAsStranger(url, built.route, methods);
    const text = await response.text();
    const answerMs = performance.now() - startedAt;
    answers.push({ route: built.route, importMs, answerMs, status: response.status });
    problems.push(...judge(built.route, response, text, child.output()));
  }
  return { answers, problems };
}

export function callAsStranger(url: string, route: string, methods: readonly string[]): Promise<Response> {
  const path = route.replaceAll(/\[\w+\]/g, 'none');
  const method = methods.includes('GET') ? 'GET' : (methods[0] ?? 'GET');
  const init = method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' };
  return fetch(url + path, { method, ...init });
}

export function judge(route: string, response: Response, text: string, printed: string): Problem[] {
  const type = response.headers.get('content-type') ?? '';
  const isJson = type.startsWith('application/json');
  // Without a catalogue, or a supplier, the shop says so in its own words; anything else above 499 is a crash.
  const isRefusal = response.status === 503 && text.includes('"temporarily_unavailable"');
  if (isJson && (response.status < 500 || isRefusal)) return [];
  return [
    {
      sentence: `${route} answered ${response.status} (${type || 'no content type'}): ${text.slice(0, 300)}`,
      cure: `See what it printed: ${printed.trim().slice(-600) || '(nothing)'}`,
    },
  ];
}
