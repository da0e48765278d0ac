import { describe, expect, it } from 'vitest';
import type { TelegramSetupApi } from '../../../lib/telegram/bot-api.ts';
import { TelegramRefusedError } from '../../../lib/telegram/errors.ts';
import { patientSetup } from '../../../lib/telegram/patient-setup.ts';

function refusal(status: number, retryAfterMs: number | null): TelegramRefusedError {
  return new TelegramRefusedError({ method: 'getMe', status, description: 'no', retryAfterMs });
}

/** Refuses as often as said, then answers. */
function aBot(...refusals: Error[]) {
  const api = {
    getMe: async () => {
      const next = refusals.shift();
      if (next) throw next;
      return { id: 7, username: 'roam_bot' };
    },
  };
  return patientSetup(api as unknown as TelegramSetupApi);
}

describe('patientSetup', () => {
  it('waits where Telegram says when to come back', async () => {
    expect(await aBot(refusal(429, 0), refusal(429, 0)).getMe()).toEqual({ id: 7, username: 'roam_bot' });
  });

  it('repeats no other refusal', async () => {
    await expect(aBot(refusal(401, null)).getMe()).rejects.toMatchObject({ status: 401 });
  });

  it('gives up when it never ends', async () => {
    const forever = Array.from({ length: 50 }, () => refusal(429, 0));
    await expect(aBot(...forever).getMe()).rejects.toMatchObject({ status: 429 });
  });
});
