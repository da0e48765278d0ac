import { describe, expect, it } from 'vitest';
import type { SessionAnswer } from '../../../lib/contract/session.ts';
import { deadlineWords } from '../../../src/deadline-words.ts';
import { ANSWER_IDS, type Topic } from '../../../src/screens/help/content.ts';
import { topics as english } from '../../../src/screens/help/content-en.ts';
import { topics as russian } from '../../../src/screens/help/content-ru.ts';
import { findAnswers } from '../../../src/screens/help/find-answers.ts';

const SESSION: SessionAnswer = {
  user: { id: 1, first_name: 'Anna' },
  is_admin: false,
  language: 'en',
  bot_username: 'shop_bot',
  shop_name: 'eSIM',
  email_enabled: false,
  support_contact: null,
  delivery_deadline_s: 900,
};
const idsOf = (topics: readonly Topic[]) =>
  Object.fromEntries(topics.map(({ id, answers }) => [id, answers.map((answer) => answer.id)]));
const allOf = (topics: readonly Topic[]) => topics.flatMap(({ answers }) => answers);
const found = (topics: readonly Topic[], query: string) => {
  const { items, isGuess } = findAnswers(allOf(topics), query);
  return isGuess ? [] : items.map(({ id }) => id);
};

describe('the answers of the help', () => {
  it('are the same questions in both languages, none missing', () => {
    expect(idsOf(english)).toEqual(ANSWER_IDS);
    expect(idsOf(russian)).toEqual(ANSWER_IDS);
  });

  it('say when Stars come back by themselves, as the server has it', () => {
    for (const topics of [english, russian]) {
      expect(JSON.stringify(topics)).toContain('{deadline}');
      expect(JSON.stringify(topics)).not.toMatch(/15 (min|мин)/);
    }
    const session = (seconds: number) => ({ ...SESSION, delivery_deadline_s: seconds });
    expect(deadlineWords(session(900), 'en')).toBe('15\u00a0minutes');
    expect(deadlineWords(session(60), 'ru')).toBe('1\u00a0минуту');
    expect(deadlineWords(session(1_230), 'ru')).toBe('21\u00a0минуту');
    expect(deadlineWords(null, 'ru')).toBe('обещанное время');
  });
});

describe('findAnswers', () => {
  it('finds by any word, in any order and case', () => {
    expect(found(english, 'DATA roaming')).toContain('no-internet');
    expect(found(russian, 'звезды вернутся')).toContain('refunds');
  });

  it.each([
    ['возврт', 'refunds'],
    ['верните деньги', 'refunds'],
    ['о возвратах', 'refunds'],
    ['djpdhfn', 'refunds'],
    ['рефанд', 'refunds'],
    ['refund', 'refunds'],
    ['айфон', 'device'],
    ['чек', 'receipt'],
    ['не работает', 'no-internet'],
    ['раздать вайфай', 'hotspot'],
    ['где он работает', 'where'],
  ])('answers %s', (query, id) => {
    expect(found(russian, query)[0]).toBe(id);
  });

  it.each([
    ['refnd', 'refunds'],
    ['money back', 'refunds'],
    ['i want my money back', 'refunds'],
    ['iphone', 'device'],
    ['invoice', 'receipt'],
    ['not working', 'no-internet'],
    ['куагтв', 'refunds'],
  ])('answers %s', (query, id) => {
    expect(found(english, query)[0]).toBe(id);
  });

  it('offers only what is near when nothing is there', () => {
    expect(found(english, 'helicopter')).toEqual([]);
    expect(found(russian, 'щщщщ')).toEqual([]);
    const { items, isGuess } = findAnswers(allOf(russian), 'возвыйют');
    expect(isGuess).toBe(true);
    expect(items.map(({ id }) => id)).toContain('refunds');
    expect(items.length).toBeLessThanOrEqual(3);
  });
});
