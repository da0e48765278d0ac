import { setTimeout as sleep } from 'node:timers/promises';
import type { TelegramSetupApi } from './bot-api.ts';
import { TelegramRefusedError } from './errors.ts';

const MAX_TRIES = 10;

/** The same calls, which wait where Telegram says "too many requests". Setting up may repeat each of them. */
export function patientSetup(api: TelegramSetupApi): TelegramSetupApi {
  return new Proxy(api, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => again(async () => Reflect.apply(method, target, args));
    },
  });
}

async function again<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof TelegramRefusedError) || error.retryAfterMs === null || tries === MAX_TRIES) throw error;
      await sleep(error.retryAfterMs);
    }
  }
}
