import { describe, expect, it } from 'vitest';
import { ANSWER_IDS, findAnswers, type Topic } from '../../../src/screens/help/content.ts';
import { topics as english } from '../../../src/screens/help/content-en.ts';
import { topics as russian } from '../../../src/screens/help/content-ru.ts';

const idsOf = (topics: readonly Topic[]) =>
  Object.fromEntries(topics.map(({ id, answers }) => [id, answers.map((answer) => answer.id)]));
const found = (topics: readonly Topic[], query: string) =>
  findAnswers(topics, query).flatMap(({ answers }) => answers.map(({ id }) => id));

describe('the answers of the help', () => {
  it('are the same questions in both languages, none missing', () => {
    expect(idsOf(english)).toEqual(ANSWER_IDS);
    expect(idsOf(russian)).toEqual(ANSWER_IDS);
  });

  it('say when Stars come back by themselves', () => {
    for (const topics of [english, russian]) expect(JSON.stringify(topics)).toContain('15');
  });
});

describe('findAnswers', () => {
  it('finds by any word, in any order and case', () => {
    expect(found(english, 'DATA roaming')).toContain('no-internet');
    expect(found(russian, 'звезды вернутся')).toContain('refunds');
  });

  it('shows everything while nothing is asked', () => {
    expect(findAnswers(english, '  ')).toHaveLength(english.length);
  });

  it('finds nothing for what is not there', () => {
    expect(found(english, 'helicopter')).toEqual([]);
  });
});
