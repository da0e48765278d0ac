import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 6;
const FIRST_PAUSE_MS = 100;

/** Stores what only this process knows, through a moment in which the database is away. The work must bear a repeat. */
export async function keepTrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1));
    }
  }
}
