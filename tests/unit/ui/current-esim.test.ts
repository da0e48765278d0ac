import { beforeEach, describe, expect, it } from 'vitest';
import type { Esim, EsimActionAnswer } from '../../../lib/contract/esim.ts';
import { ESIMGoClientError } from '../../../src/esimgo-client.ts';
import { inAllWords, nextWords } from '../../../src/esim-words.ts';
import { forget } from '../../../src/kept-values.ts';
import { valueOf } from '../../../src/resource.ts';
import { createCurrentEsim } from '../../../src/screens/current-esim/controller.ts';
import { plansForTopUp, startOfTopUp } from '../../../src/screens/current-esim/top-up.ts';
import { createSeenEsims } from '../../../src/seen-esims.ts';
import { anEsim, aPlan } from '../../support/app-samples.ts';

const ESIM = anEsim();
beforeEach(() => forget('seen-esims'));

function openScreen(
  world: { esim?: Esim | Error; answer?: Partial<EsimActionAnswer> | Error; asked?: unknown[][] } = {},
) {
  const { esim = ESIM, answer = {}, asked = [] } = world;
  const act = (...args: unknown[]) => {
    asked.push(args);
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ esim: ESIM, order: null, advice: null, chat: null, ...answer });
  };
  const client = {
    getEsim: () => (esim instanceof Error ? Promise.reject(esim) : Promise.resolve(esim)),
    refreshUsage: (id: string) => act('refresh', id),
    renameEsim: (id: string, name: string | null) => act('rename', id, name),
    activateESIM: (orderId: string) => act('activated', orderId),
    diagnose: (id: string) => act('diagnose', id),
  };
  const seen = createSeenEsims('user=%7B%22id%22%3A777%7D');
  return createCurrentEsim({ client, seen, now: () => Date.parse('2026-01-03T10:00:00.000Z') }, ESIM.id);
}

describe('createCurrentEsim', () => {
  it('opens without a network with the code that was seen last', async () => {
    await openScreen().load();
    const offline = openScreen({ esim: new ESIMGoClientError('offline') });
    await offline.load();
    expect(valueOf(offline.esim)?.install.qr_code).toBe(ESIM.install.qr_code);
    expect(offline.staleBecause.value).toBe('offline');
  });

  it('shows kept figures as of their time until the server has answered', async () => {
    await openScreen().load();
    const again = openScreen();
    expect(valueOf(again.esim)).not.toBeNull();
    expect(again.isOld.value).toBe(true);
    await again.load();
    expect(again.isOld.value).toBe(false);
    const offline = openScreen({ esim: new ESIMGoClientError('offline') });
    await offline.load();
    expect(offline.isOld.value).toBe(true);
  });

  it.each([
    ['it is opened', (screen: ReturnType<typeof openScreen>) => screen.load()],
    ['the supplier is asked', (screen: ReturnType<typeof openScreen>) => screen.refresh()],
  ])('shows and keeps nothing of an eSIM that the server has deleted, once %s', async (_when, look) => {
    await openScreen().load();
    const gone = new ESIMGoClientError('not_found');
    const screen = openScreen({ esim: gone, answer: gone });
    expect(valueOf(screen.esim)).not.toBeNull();
    await look(screen);
    expect(screen.esim.state.value).toEqual({ kind: 'failed', code: 'not_found' });
    expect(createSeenEsims('user=%7B%22id%22%3A777%7D').list()).toBeNull();
  });

  it('asks once when what the server knows is fresh', async () => {
    const screen = openScreen({ esim: anEsim({ as_of: '2026-01-03T09:59:55.000Z' }) });
    await screen.load();
    expect(screen.nextLoadInMs()).toBeGreaterThanOrEqual(30_000);
  });

  it('looks a second time soon after an old answer, and goes on often only while something moves', async () => {
    const screen = openScreen({ esim: anEsim({ as_of: '2026-01-03T09:59:00.000Z' }) });
    await screen.load();
    const second = screen.nextLoadInMs();
    await screen.load();
    const later = screen.nextLoadInMs();
    const waiting = openScreen({ esim: anEsim({ state: 'not_installed' }) });
    await waiting.load();
    await waiting.load();
    expect(second).toBeLessThanOrEqual(5_000);
    expect(waiting.nextLoadInMs()).toBeLessThanOrEqual(5_000);
    expect(later).toBeGreaterThanOrEqual(30_000);
  });

  it('takes a blank name for none', async () => {
    const asked: unknown[][] = [];
    const screen = openScreen({ asked });
    expect(await screen.rename('  ')).toBe(true);
    expect(await screen.rename(' Mum ')).toBe(true);
    expect(asked).toEqual([
      ['rename', ESIM.id, null],
      ['rename', ESIM.id, 'Mum'],
    ]);
  });

  it('confirms by the order, and shows what the server advises', async () => {
    const asked: unknown[][] = [];
    const screen = openScreen({ asked, answer: { advice: 'turn_on_and_roam' } });
    await screen.load();
    await screen.confirm();
    expect(asked).toEqual([['activated', ESIM.latest_order_id]]);
    expect(screen.advice.value).toBe('turn_on_and_roam');
  });

  it('keeps what is shown when the supplier cannot be asked, and says why', async () => {
    const screen = openScreen({ answer: new ESIMGoClientError('temporarily_unavailable') });
    await screen.load();
    await screen.refresh();
    expect(screen.esim.state.value.kind).toBe('ready');
    expect(screen.staleBecause.value).toBe('temporarily_unavailable');
  });

  it('does not call what is shown old because a name could not be saved', async () => {
    const screen = openScreen({ answer: new ESIMGoClientError('offline') });
    await screen.load();
    expect(await screen.rename('Mum')).toBe(false);
    expect(screen.problem.value).toBe('offline');
    expect(screen.staleBecause.value).toBeNull();
  });
});

describe('what waits behind the plan in use', () => {
  const usage = (changes: Partial<NonNullable<Esim['usage']>>) => ({
    unlimited: false,
    initial_bytes: 5_000_000_000,
    remaining_bytes: 2_500_000_000,
    starts_at: null,
    ends_at: null,
    queued: 0,
    queued_bytes: 0,
    ...changes,
  });

  it('is named by its size, and added to what is left', () => {
    const one = usage({ queued: 1, queued_bytes: 5_000_000_000 });
    expect(nextWords(one, 'en')).toBe('Next: 5 GB, starts when this one ends');
    expect(nextWords(one, 'ru')).toMatch(/^Дальше: 5\sГБ, когда закончится этот тариф$/);
    expect(inAllWords(one, 'en')).toBe('7.5 GB left in all');
    const two = usage({ queued: 2, queued_bytes: 8_000_000_000 });
    expect(nextWords(two, 'en')).toBe('Next, one after another: 8 GB');
    expect(inAllWords(two, 'ru')).toMatch(/^Всего осталось 10,5\sГБ$/);
  });

  it('has no sum where a part of it is unlimited', () => {
    const behind = usage({ queued: 1, queued_bytes: null });
    expect(nextWords(behind, 'en')).toBe('Next: unlimited, starts when this one ends');
    expect(inAllWords(behind, 'en')).toBeNull();
    const before = usage({
      unlimited: true,
      initial_bytes: null,
      remaining_bytes: null,
      queued: 1,
      queued_bytes: 1_000_000_000,
    });
    expect(nextWords(before, 'en')).toBe('Next: 1 GB, starts when this one ends');
    expect(inAllWords(before, 'en')).toBeNull();
  });

  it('is not spoken of when nothing waits', () => {
    expect(nextWords(usage({}), 'en')).toBeNull();
    expect(inAllWords(usage({}), 'en')).toBeNull();
    expect(nextWords(null, 'en')).toBeNull();
  });
});

describe('startOfTopUp', () => {
  it('lets the plan in use run out first', () => {
    expect(startOfTopUp(anEsim({ state: 'live' }))).toBe('queued');
    expect(startOfTopUp(anEsim({ state: 'not_installed' }))).toBe('queuedBehindNew');
    expect(startOfTopUp(anEsim({ state: 'used_up' }))).toBe('now');
    expect(startOfTopUp(anEsim({ state: 'ended' }))).toBe('now');
  });
});

describe('plansForTopUp', () => {
  it('offers only what can be put on an eSIM', () => {
    const plans = [aPlan({ id: 'a' }), aPlan({ id: 'b', can_top_up: false }), aPlan({ id: 'c', unlimited: true })];
    expect(plansForTopUp(plans).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});
