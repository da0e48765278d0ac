import { beforeEach, describe, expect, it } from 'vitest';
import { forget, readKept } from '../../../src/kept-values.ts';
import { createSeenEsims } from '../../../src/seen-esims.ts';
import { anEsim } from '../../support/app-samples.ts';

const loginOf = (id: number) => new URLSearchParams({ user: `{"id":${id},"first_name":"A"}` }).toString();
const ANNA = loginOf(777);
const BORIS = loginOf(778);
const kept = () => readKept('seen-esims', (value): value is object => value !== null);

beforeEach(() => {
  forget('seen-esims');
  const seen = createSeenEsims(ANNA);
  seen.keepList([anEsim()]);
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
