import type { BuildOutput } from '../build-output.ts';
import { createOutputRouter } from '../output-router.ts';
import type { Problem } from '../problem.ts';

const MAX_CRONS = 2;
/** A fixed minute and hour: at most once a day, whatever the other fields say. */
const DAILY = /^\d{1,2} \d{1,2} \S+ \S+ \S+$/;

/** The smallest plan runs two crons once a day; the build takes any number and any nonsense. */
export function checkCrons(output: BuildOutput): Problem[] {
  const { crons } = output.config;
  const route = createOutputRouter(output);
  const problems: Problem[] = [];
  if (crons.length === 0) {
    problems.push({
      sentence: 'No cron is deployed.',
      cure: 'Put /api/cron/tick back among the crons of vercel.json.',
    });
  }
  if (crons.length > MAX_CRONS) {
    problems.push({
      sentence: `${crons.length} crons are deployed, and the smallest plan takes ${MAX_CRONS}.`,
      cure: 'Let /api/cron/tick do the work: it runs whatever is due.',
    });
  }
  for (const { path, schedule } of crons) {
    if (!DAILY.test(schedule)) {
      problems.push({
        sentence: `The cron ${path} runs "${schedule}", and the smallest plan runs crons once a day.`,
        cure: 'Give it a fixed minute and hour, such as "0 3 * * *".',
      });
    }
    if (route(path).target.kind !== 'function') {
      problems.push({ sentence: `The cron ${path} leads to no function.`, cure: 'Correct its path in vercel.json.' });
    }
  }
  return problems;
}
