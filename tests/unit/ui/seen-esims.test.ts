import { beforeEach, describe, expect, it } from 'vitest';
import { forget, readKept } from '../../../src/kept-values.ts';
import { createSeenEsims } from '../../../src/seen-esims.ts';
import { anEsim } from '../../support/app-samples.ts';

const loginOf = (id: number) => new URLSearchParams({ user: `{"id":${id},"first_name":"A"}` }).toString();
const ANNA = loginOf(777);
const BORIS = loginOf(778);
const kept = () => readKept('seen-esims', (value): value is object => value !== null);

beforeEach(async () => {
  forget('seen-esims');
  const seen = createSeenEsims(ANNA);
  await seen.followList(() => Promise.resolve([anEsim()]));
  seen.keepOne(anEsim());
});

describe('the eSIMs seen on a device', () => {
  it('open for who saw them', () => {
    expect(createSeenEsims(ANNA).list()).toHaveLength(1);
    expect(createSeenEsims(ANNA).one(anEsim().id)?.install.qr_code).toBe(anEsim().install.qr_code);
  });

  it('are gone once another user opens the app, also for who saw them', () => {
    expect(createSeenEsims(BORIS).list()).toBeNull();
    expect(kept()).toBeNull();
    expect(createSeenEsims(ANNA).one(anEsim().id)).toBeNull();
  });

  it.each([
    ['another user', BORIS],
    ['a login that names nobody', ''],
    ['a user whose id begins alike', loginOf(7777)],
  ])('are not shown to %s, whichever is asked for first', (_who, login) => {
    expect(createSeenEsims(login).one(anEsim().id)).toBeNull();
    expect(kept()).toBeNull();
  });
});

describe('what the server does not know any more', () => {
  const lpa = () => JSON.stringify(kept()).includes(anEsim().install.activation_code);

  it('is deleted here too once a list without it has come, and not before', async () => {
    const seen = createSeenEsims(ANNA);
    await expect(seen.followList(() => Promise.reject(new Error('offline')))).rejects.toThrow('offline');
    expect(lpa()).toBe(true);
    expect(await seen.followList(() => Promise.resolve([]))).toEqual([]);
    expect(seen.list()).toBeNull();
    expect(lpa()).toBe(false);
  });

  it('is told from what was bought while the list was on its way', async () => {
    const seen = createSeenEsims(ANNA);
    await seen.followList(() => {
      seen.keepOne(anEsim({ id: 'bought since' }));
      return Promise.resolve([]);
    });
    expect(seen.list()?.map(({ id }) => id)).toEqual(['bought since']);
    await seen.followList(() => Promise.resolve([]));
    expect(seen.list()).toBeNull();
  });

  it('is deleted alone where one is gone', () => {
    const seen = createSeenEsims(ANNA);
    seen.keepOne(anEsim({ id: 'other' }));
    seen.forgetOne(anEsim().id);
    expect(seen.list()?.map(({ id }) => id)).toEqual(['other']);
    expect(seen.one(anEsim().id)).toBeNull();
  });
});
