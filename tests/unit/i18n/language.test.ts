import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../lib/i18n/language.ts';

describe('languageOf', () => {
  it('lets the choice win over what Telegram says', () => {
    expect(languageOf('en', 'ru')).toBe('en');
    expect(languageOf('ru', 'en-GB')).toBe('ru');
  });

  it('takes Russian for languages whose speakers read it', () => {
    expect(['ru', 'ru-RU', 'RU', 'be', 'uk', 'kk', 'uz_Latn'].map((code) => languageOf(null, code))).toEqual(
      Array(7).fill('ru'),
    );
  });

  it('takes English for everything else', () => {
    expect(['en', 'de', 'pt-br', '', undefined, null, 'rus'].map((code) => languageOf(undefined, code))).toEqual(
      Array(7).fill('en'),
    );
  });
});
