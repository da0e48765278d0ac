import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../scripts/doctor/settings.ts';

/** As a shop that sells has them; every limit at its default. */
const SETTINGS = {
  NODE_ENV: 'production',
  APP_URL: 'https://esim.acme.test',
  DATABASE_URL: 'postgres://shop:pg-pass-word@db.acme.test/shop',
  ESIMGO_API_KEY: 'Xq3vT9bLmR7wK2nZ',
  TELEGRAM_BOT_TOKEN: '7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ',
  TELEGRAM_WEBHOOK_SECRET: '8d1f4a7c02b95e63',
  CRON_SECRET: 'c81e0f5b27d94a36',
  DATA_KEY: 'a81c0e5f2b7d94a36c81e0f5b27d94a3f81e0c5b27d94a36c81e0f5b27d94a30',
};

const notWell = (more: Record<string, string>) =>
  readSettings({ ...SETTINGS, ...more }).findings.filter(({ state }) => state === 'wrong' || state === 'warn');

describe('readSettings', () => {
  it('is content with the defaults', () => {
    expect(notWell({})).toEqual([]);
  });

  it.each([
    ['ESIMGO_RATE_PER_S', '11', /10 a second.*leave it out for 8/],
    ['ESIMGO_RATE_PER_S', '0', /10 a second/],
    ['TELEGRAM_RATE_PER_S', '31', /30 a second.*leave it out for 25/],
    ['INIT_DATA_MAX_AGE', '3599', /leave it out/],
    ['ORDER_TTL', '299', /leave it out for 900/],
    ['DELIVERY_DEADLINE', '599', /RECONCILE_WINDOW_S.*leave both out/],
    ['RECONCILE_WINDOW_S', '299', /bought twice.*leave it out for 600/],
    ['CATALOGUE_TTL', '599', /leave it out for 21600/],
    ['USER_RATE_PER_MIN', '59', /leave it out for 600/],
  ])('warns of %s=%s alone, with the cure', (name, value, cure) => {
    expect(notWell({ [name]: value })).toEqual([
      { name, state: 'warn', says: value, todo: expect.stringMatching(cure) },
    ]);
  });

  it.each([
    ['ESIMGO_RATE_PER_S', '10'],
    ['TELEGRAM_RATE_PER_S', '30'],
    ['INIT_DATA_MAX_AGE', '3600'],
    ['ORDER_TTL', '300'],
    ['DELIVERY_DEADLINE', '600'],
    ['RECONCILE_WINDOW_S', '300'],
    ['CATALOGUE_TTL', '600'],
    ['USER_RATE_PER_MIN', '60'],
    ['USER_RATE_PER_MIN', '0'],
  ])('takes %s=%s', (name, value) => {
    expect(notWell({ [name]: value })).toEqual([]);
  });
});
