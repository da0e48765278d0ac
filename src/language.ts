import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { Language } from '../lib/contract/session.ts';
import { languageOf } from '../lib/i18n/language.ts';
import { keep, keepFor, readKept, userOf } from './kept-values.ts';
import { initData, isTelegram, userLanguage } from './telegram.ts';

const CHOSEN = 'language';

// The first that reads what is kept: by then it must be this user's alone.
if (isTelegram) keepFor(userOf(initData));
const chosen = readKept(CHOSEN, isLanguage);
const current = signal<Language>(languageOf(chosen, userLanguage ?? navigator.language));

/** What the person chose here wins; then what the server knows of the chat; then what Telegram says. */
export const language: ReadonlySignal<Language> = current;

export function chooseLanguage(wanted: Language): void {
  keep(CHOSEN, wanted);
  current.value = wanted;
}

/** Null while the person has chosen nothing on this device. */
export function chosenLanguage(): Language | null {
  return readKept(CHOSEN, isLanguage);
}

export function learnLanguage(fromServer: Language): void {
  if (chosenLanguage() === null) current.value = fromServer;
}

function isLanguage(value: unknown): value is Language {
  return value === 'en' || value === 'ru';
}
