import { beforeEach, describe, expect, it } from 'vitest';
import { adviceSchema, type Esim, type EsimActionAnswer } from '../../../lib/contract/esim.ts';
import { ESIMGoClientError } from '../../../src/esimgo-client.ts';
import { forget } from '../../../src/kept-values.ts';
import { valueOf } from '../../../src/resource.ts';
import { createCurrentEsim } from '../../../src/screens/current-esim/controller.ts';
import { plansForTopUp, startOfTopUp } from '../../../src/screens/current-esim/top-up.ts';
import { nextStep } from '../../../src/screens/current-esim/trouble.ts';
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

  it('looks a second time soon, and goes on often only while something moves', async () => {
    const screen = openScreen();
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
    expect(screen.problem.value).toBe('temporarily_unavailable');
  });
});

describe('nextStep', () => {
  it('names one cause after at most two questions, whatever is answered', () => {
    for (const advice of adviceSchema.options) {
      for (const there of [true, false]) {
        for (const roaming of [true, false]) {
          const answers: Record<string, boolean> = {};
          let step = nextStep(advice, answers);
          let questions = 0;
          while (step.kind === 'question' && step.question !== undefined && questions < 5) {
            questions += 1;
            answers[step.question] = step.question === 'there' ? there : roaming;
            step = nextStep(advice, answers);
          }
          expect(questions).toBeLessThanOrEqual(2);
          expect(step.kind).toBe('cause');
        }
      }
    }
  });

  it('asks nothing where the state says it all', () => {
    expect(nextStep('data_used_up', {})).toEqual({ kind: 'cause', cause: 'data_used_up' });
    expect(nextStep('install_first', {})).toEqual({ kind: 'cause', cause: 'install' });
  });

  it('calms who has not arrived yet', () => {
    expect(nextStep('turn_on_and_roam', { there: false })).toEqual({ kind: 'cause', cause: 'not_there_yet' });
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
    const { data, unlimited } = plansForTopUp(plans);
    expect([...data, ...unlimited].map(({ id }) => id)).toEqual(['a', 'c']);
  });
});
