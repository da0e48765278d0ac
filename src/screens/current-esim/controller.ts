import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { Advice, Esim, EsimActionAnswer } from '../../../lib/contract/esim.ts';
import { isBeforeUse } from '../../esim-words.ts';
import { codeOf, type ClientErrorCode, type ESIMGoClient } from '../../esimgo-client.ts';
import { createResource, valueOf, type Resource } from '../../resource.ts';
import type { SeenEsims } from '../../seen-esims.ts';

export interface CurrentEsim {
  esim: Resource<Esim>;
  /** Why what is shown may be old; null when it is not. */
  staleBecause: ReadonlySignal<ClientErrorCode | null>;
  /** True until the server has answered, too. */
  isOld: ReadonlySignal<boolean>;
  /** What the last action came to nothing for. */
  problem: ReadonlySignal<ClientErrorCode | null>;
  isBusy: ReadonlySignal<boolean>;
  advice: ReadonlySignal<Advice | null>;
  now: ReadonlySignal<number>;
  load(): Promise<void>;
  nextLoadInMs(): number;
  /** Asks the supplier now, not the server's memory. */
  refresh(): Promise<void>;
  rename(name: string): Promise<boolean>;
  /** The person says that it works; the answer is an advice. */
  confirm(): Promise<void>;
  diagnose(): Promise<void>;
}

export interface CurrentEsimDeps {
  client: Pick<ESIMGoClient, 'getEsim' | 'refreshUsage' | 'renameEsim' | 'activateESIM' | 'diagnose'>;
  seen: SeenEsims;
  now(): number;
}

/** The server looks anew when it is asked and answers from memory: after an old answer the second is the fresh one. */
const SECOND_LOOK_MS = 3_000;
const FRESH_MS = 10_000;
const WHILE_MOVING_MS = 5_000;
const OTHERWISE_MS = 30_000;

export function createCurrentEsim({ client, seen, now: readClock }: CurrentEsimDeps, id: string): CurrentEsim {
  const staleBecause = signal<ClientErrorCode | null>(null);
  const problem = signal<ClientErrorCode | null>(null);
  const isBusy = signal(false);
  const isAnswered = signal(false);
  const advice = signal<Advice | null>(null);
  const now = signal(readClock());
  let loads = 0;

  const esim = createResource(async () => {
    try {
      const answer = await client.getEsim(id);
      seen.keepOne(answer);
      staleBecause.value = null;
      isAnswered.value = true;
      return answer;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'not_found') seen.forgetOne(id);
      staleBecause.value = code;
      throw error;
    }
  }, seen.one(id));

  async function act(ask: () => Promise<EsimActionAnswer>, failure = problem): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    problem.value = null;
    try {
      const answer = await ask();
      seen.keepOne(answer.esim);
      esim.set(answer.esim);
      staleBecause.value = null;
      isAnswered.value = true;
      advice.value = answer.advice;
      return true;
    } catch (error) {
      failure.value = codeOf(error);
      // Whether it is the eSIM that is gone, or another thing, its own answer tells.
      if (failure.value === 'not_found') await esim.reload();
      return false;
    } finally {
      now.value = readClock();
      isBusy.value = false;
    }
  }

  return {
    esim,
    staleBecause,
    isOld: computed(() => !isAnswered.value || staleBecause.value !== null),
    problem,
    isBusy,
    advice,
    now: computed(() => now.value),
    async load() {
      await esim.reload();
      loads += 1;
      now.value = readClock();
    },
    nextLoadInMs() {
      const value = valueOf(esim);
      if (!value) return OTHERWISE_MS;
      const isMoving =
        value.usage === null || isBeforeUse(value.state) || value.bundles.some(({ state }) => state === 'processing');
      if (isMoving) return WHILE_MOVING_MS;
      return loads < 2 && !isFresh(value.as_of, now.value) ? SECOND_LOOK_MS : OTHERWISE_MS;
    },
    async refresh() {
      await act(() => client.refreshUsage(id), staleBecause);
    },
    rename: (name) => act(() => client.renameEsim(id, name.trim() === '' ? null : name.trim())),
    async confirm() {
      const orderId = valueOf(esim)?.latest_order_id ?? null;
      await act(() => (orderId === null ? client.diagnose(id) : client.activateESIM(orderId)));
    },
    async diagnose() {
      await act(() => client.diagnose(id));
    },
  };
}

function isFresh(asOf: string | null, now: number): boolean {
  return asOf !== null && Math.abs(now - Date.parse(asOf)) < FRESH_MS;
}
