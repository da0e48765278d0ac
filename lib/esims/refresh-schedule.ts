import type { EsimState } from '../contract/esim.ts';

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/**
 * Seconds to the next look at an eSIM by ourselves; null when there is nothing left to see. Callbacks get lost, so
 * polling alone must find every change, ever more rarely: hours matter on the day of purchase, days a month later.
 * A person who looks gets a fresh answer at once anyway.
 */
export function nextRefreshInS(state: EsimState, ageS: number): number | null {
  switch (state) {
    case 'not_installed':
    case 'installed':
    case 'suspended':
      if (ageS < 10 * MINUTE_S) return MINUTE_S;
      if (ageS < HOUR_S) return 5 * MINUTE_S;
      if (ageS < DAY_S) return HOUR_S;
      // An unused plan lapses after a year at the supplier.
      return ageS < 30 * DAY_S ? 6 * HOUR_S : ageS < 400 * DAY_S ? DAY_S : null;
    case 'live':
      return HOUR_S / 2;
    case 'used_up':
    case 'ended':
      // A top-up brings it back by itself; until then once a day, in case the supplier corrects its figures.
      return ageS < 60 * DAY_S ? DAY_S : null;
    case 'deactivated':
    case 'unavailable':
      return null;
  }
}
