import { isTestRoute, listFunctionFiles } from '../../serve/function-routes.ts';
import type { BuildOutput } from '../build-output.ts';
import type { Problem } from '../problem.ts';

const MAX_FUNCTIONS = 12;
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

/** Every plan deploys twelve functions; the build itself never counts them. */
export function checkFunctionCount({ functions }: BuildOutput): Problem[] {
  if (functions.length === 0) {
    return [
      { sentence: 'The build made no function at all.', cure: 'See whether api/ and vercel.json are as they were.' },
    ];
  }
  if (functions.length <= MAX_FUNCTIONS) return [];
  return [
    {
      sentence: `The build made ${functions.length} functions, and the smallest plan deploys ${MAX_FUNCTIONS}.`,
      cure: 'Join routes of one kind in a [name].ts file, or move helpers out of api/ to lib/.',
    },
  ];
}

/** A test or a helper below api/ would be deployed, and could be called by anybody. */
export function checkFunctionNames({ functions }: BuildOutput, apiDirectory: string): Problem[] {
  const wanted = new Set(listFunctionFiles(apiDirectory).map(({ route }) => route));
  const built = new Set(functions.map(({ route }) => route));
  return [
    ...[...built].filter(isTestRoute).map((route) => ({
      sentence: `${route.slice(1)} is a test; every file under api/ is deployed as a function.`,
      cure: 'Move it to tests/.',
    })),
    ...[...wanted]
      .filter((route) => !built.has(route))
      .map((route) => ({
        sentence: `${route} is in api/, and the build made no function of it.`,
        cure: 'See what vercel.json says of its folder, and whether its name clashes with another route.',
      })),
    ...[...built]
      .filter((route) => !wanted.has(route))
      .map((route) => ({
        sentence: `${route} was built as a function, and the server of "npm start" has no such route.`,
        cure: 'Rename the file so that both agree: scripts/serve/function-routes.ts says which files are routes.',
      })),
  ];
}

export function checkRuntimes({ functions }: BuildOutput): Problem[] {
  return functions
    .filter(({ runtime }) => !RUNTIMES.includes(runtime))
    .map(({ route, runtime }) => ({
      sentence: `${route} would run on ${runtime}, and Vercel takes ${RUNTIMES.join(' and ')} only.`,
      cure: 'Name 22.x or 24.x in "engines.node" of package.json.',
    }));
}
