import type { BuildOutput } from '../build-output.ts';
import type { Problem } from '../problem.ts';

const FOREIGN = /^(sandbox|tests|scripts|docs|tools|\.ci)\//;
const TEST = /\.(test|spec)\.[cm]?[jt]s(\.map)?$/;
const SETTINGS = /(^|\/)\.env(\.|$)/;
/** What tools leave beside the site: the manifest names every source file, a source map holds them. */
const TOOLING = /^\.|\/\.|\.map$/;

/** Development's things have no place in a deployment: the simulators least of all. */
export function checkContents({ functions, staticFiles }: BuildOutput): Problem[] {
  const places = [
    ...functions.map(({ route, files }) => ({ place: route, files })),
    { place: 'static/', files: staticFiles },
  ];
  const leftovers = staticFiles
    .filter((file) => TOOLING.test(file) && !SETTINGS.test(file))
    .map((file) => ({
      sentence: `${file} is deployed with the site, and no browser asks for it.`,
      cure: 'Let "buildCommand" in vercel.json remove it, or do not make it.',
    }));
  const foreign = places.flatMap(({ place, files }) =>
    files
      .filter((file) => !file.includes('node_modules/'))
      .filter((file) => FOREIGN.test(file) || TEST.test(file) || SETTINGS.test(file))
      .map((file) => ({
        sentence: `${file} is deployed with ${place}.`,
        cure: isEntryTest(file)
          ? 'Move it to tests/: it is a test, and every file under api/ is deployed as a function.'
          : 'Find who imports it: nothing of api/, lib/ or src/ may reach sandbox/, tests/ or scripts/.',
      })),
  );
  return [...foreign, ...leftovers];
}

/** Nobody imports it: its place alone makes it a function. */
function isEntryTest(file: string): boolean {
  return file.startsWith('api/') && TEST.test(file);
}
