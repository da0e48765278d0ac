import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDateTime,
  formatDays,
  formatMegabytes,
  formatSpeed,
  formatStars,
  formatTime,
  formatUsd,
} from '../../../lib/i18n/format.ts';

/** Intl separates with spaces of several widths; which one is the platform's business. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ');

describe('formatDays', () => {
  it('declines Russian days', () => {
    const days = [1, 2, 3, 5, 7, 10, 15, 21, 30, 60, 90, 180].map((count) => plain(formatDays('ru', count)));
    expect(days).toEqual([
      '1 день',
      '2 дня',
      '3 дня',
      '5 дней',
      '7 дней',
      '10 дней',
      '15 дней',
      '21 день',
      '30 дней',
      '60 дней',
      '90 дней',
      '180 дней',
    ]);
  });

  it('tells one day from several in English', () => {
    expect([1, 7].map((count) => plain(formatDays('en', count)))).toEqual(['1 day', '7 days']);
  });
});

describe('formatCount', () => {
  it('falls back to the common form where a language has no other', () => {
    expect(plain(formatCount('ru', 5, { one: 'eSIM', other: 'eSIM' }))).toBe('5 eSIM');
  });
});

describe('formatMegabytes', () => {
  it('counts a thousand megabytes to a gigabyte', () => {
    expect([500, 1000, 1500, 100_000].map((mb) => plain(formatMegabytes('ru', mb)))).toEqual([
      '500 МБ',
      '1 ГБ',
      '1,5 ГБ',
      '100 ГБ',
    ]);
    expect([500, 1000, 1500].map((mb) => plain(formatMegabytes('en', mb)))).toEqual(['500 MB', '1 GB', '1.5 GB']);
  });
});

describe('formatBytes', () => {
  it('chooses the unit after rounding', () => {
    const bytes = [0, 1, 400_000, 999_499, 999_500, 12_345_678, 999_499_999, 999_500_000, 2_140_000_000];
    expect(bytes.map((count) => plain(formatBytes('en', count)))).toEqual([
      '0 MB',
      '0 kB',
      '400 kB',
      '999 kB',
      '1 MB',
      '12 MB',
      '999 MB',
      '1 GB',
      '2.1 GB',
    ]);
  });
});

describe('formatSpeed', () => {
  it('writes fair-use speeds as the supplier states them', () => {
    expect([512, 1250, 2000].map((kbit) => plain(formatSpeed('en', kbit)))).toEqual([
      '512 kbit/s',
      '1.25 Mbit/s',
      '2 Mbit/s',
    ]);
    expect([512, 1250].map((kbit) => plain(formatSpeed('ru', kbit)))).toEqual(['512 кбит/с', '1,25 Мбит/с']);
  });
});

describe('formatStars and formatUsd', () => {
  it('write amounts in the language of the reader', () => {
    expect(plain(formatStars('en', 1245))).toBe('1,245 ⭐');
    expect(plain(formatStars('ru', 245))).toBe('245 ⭐');
    expect(plain(formatUsd('en', '4.90'))).toBe('$4.90');
    expect(plain(formatUsd('ru', '4.90'))).toBe('4,90 $');
  });
});

describe('dates', () => {
  it('are written in the zone that is asked for', () => {
    const date = new Date('2026-09-27T22:30:00Z');
    expect(plain(formatDate('en', date, 'UTC'))).toMatch(/^27 Sept? 2026$/);
    expect(plain(formatDate('en', date, 'Asia/Bangkok'))).toMatch(/^28 Sept? 2026$/);
    expect(plain(formatTime('ru', date, 'UTC'))).toBe('22:30');
    expect(plain(formatDateTime('ru', date, 'UTC'))).toMatch(/^27 сент\. 2026 г\.,? (в )?22:30$/);
  });
});
