import type { EsimState, EsimSummary } from '../lib/contract/esim.ts';
import type { Language } from '../lib/contract/session.ts';
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDateTime,
  formatDays,
  formatTime,
  type PluralForms,
} from '../lib/i18n/format.ts';
import { planMessages } from '../lib/i18n/plan-messages.ts';
import { placeName } from './plan-words.ts';

type Tone = 'quiet' | 'good' | 'warning' | 'bad';
type Usage = NonNullable<EsimSummary['usage']>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const HOURS: Record<Language, PluralForms> = {
  en: { one: 'hour', other: 'hours' },
  ru: { one: 'час', few: 'часа', many: 'часов', other: 'часа' },
};

const en = {
  state: {
    not_installed: 'Not installed',
    installed: 'Waits for a network',
    live: 'Works',
    used_up: 'Data used up',
    ended: 'Ended',
    suspended: 'Suspended',
    deactivated: 'Turned off',
    unavailable: 'Unavailable',
  } satisfies Record<EsimState, string>,
  toUse: { not_installed: 'Activate', installed: 'How to turn it on' },
  unlimited: 'Unlimited',
  notStarted: 'Not started yet',
  left: (time: string) => `${time} left`,
  lessThanHour: 'less than an hour',
  over: 'Time is up',
  next: (size: string) => `Next: ${size}, starts when this one ends`,
  nextOnes: (size: string) => `Next, one after another: ${size}`,
  inAll: (size: string) => `${size} left in all`,
  asOf: (time: string) => `As of ${time}`,
};

const ru: typeof en = {
  state: {
    not_installed: 'Не установлен',
    installed: 'Ждёт сети',
    live: 'Работает',
    used_up: 'Закончился',
    ended: 'Срок истёк',
    suspended: 'Приостановлен',
    deactivated: 'Отключён',
    unavailable: 'Недоступен',
  },
  toUse: { not_installed: 'Активировать', installed: 'Как включить' },
  unlimited: 'Безлимит',
  notStarted: 'Ещё не начат',
  left: (time) => `Ещё ${time}`,
  lessThanHour: 'меньше часа',
  over: 'Срок истёк',
  next: (size) => `Дальше: ${size}, когда закончится этот тариф`,
  nextOnes: (size) => `Дальше, один за другим: ${size}`,
  inAll: (size) => `Всего осталось ${size}`,
  asOf: (time) => `Данные на ${time}`,
};

const messages = { en, ru };

const TONES: Record<EsimState, Tone> = {
  not_installed: 'quiet',
  installed: 'warning',
  live: 'good',
  used_up: 'bad',
  ended: 'quiet',
  suspended: 'warning',
  deactivated: 'bad',
  unavailable: 'bad',
};

export function stateName(state: EsimState, language: Language): string {
  return messages[language].state[state];
}

export function stateTone(state: EsimState): Tone {
  return TONES[state];
}

/** What the person does next, until it is in use. */
export function toUseWords(state: 'not_installed' | 'installed', language: Language): string {
  return messages[language].toUse[state];
}

/** Its own name, or the place it is for. */
export function esimName(
  esim: Pick<EsimSummary, 'name' | 'country_code' | 'country_name'>,
  language: Language,
): string {
  return esim.name ?? placeName(esim, language);
}

/** `2.1 GB`, `Unlimited`; null before the supplier has said anything. */
export function dataLeft(usage: Usage | null, language: Language): string | null {
  if (!usage) return null;
  if (usage.unlimited) return messages[language].unlimited;
  return usage.remaining_bytes === null ? null : formatBytes(language, usage.remaining_bytes);
}

/** `Next: 5 GB, starts when this one ends`; null when nothing waits. */
export function nextWords(usage: Usage | null, language: Language): string | null {
  if (!usage || usage.queued === 0) return null;
  const { next, nextOnes, unlimited } = messages[language];
  const size = usage.queued_bytes === null ? unlimited.toLowerCase() : formatBytes(language, usage.queued_bytes);
  return usage.queued === 1 ? next(size) : nextOnes(size);
}

/** What is left of the plan in use and of those that wait, together; null where that is no number or nothing waits. */
export function inAllWords(usage: Usage | null, language: Language): string | null {
  if (!usage || usage.queued === 0 || usage.queued_bytes === null || usage.remaining_bytes === null) return null;
  return messages[language].inAll(formatBytes(language, usage.remaining_bytes + usage.queued_bytes));
}

/** `1 GB a day at full speed, then 512 kbit/s`; null where the plan has no such limit, or it is not known. */
export function fairUseWords(usage: Usage | null, language: Language): string | null {
  const fairUse = usage?.fair_use;
  return fairUse ? planMessages[language].fairUse(fairUse.full_speed_mb_per_day, fairUse.then_kbit_s) : null;
}

/** From 0 to 1. */
export function shareLeft(usage: Usage | null): number {
  if (!usage || usage.unlimited || usage.remaining_bytes === null || !usage.initial_bytes) return 1;
  return usage.remaining_bytes / usage.initial_bytes;
}

/** The same colour for it wherever its ring is drawn. */
export function ringTone({ state, usage }: Pick<EsimSummary, 'state' | 'usage'>): 'good' | 'low' | 'over' | 'waiting' {
  if (state === 'used_up' || state === 'ended') return 'over';
  if (isBeforeUse(state)) return 'waiting';
  return shareLeft(usage) < 0.15 ? 'low' : 'good';
}

/** `12 days left`, `Not started yet`. */
export function timeLeft(usage: Usage | null, now: number, language: Language): string {
  const words = messages[language];
  if (!usage?.ends_at) return words.notStarted;
  const leftMs = Date.parse(usage.ends_at) - now;
  if (leftMs <= 0) return words.over;
  if (leftMs < HOUR_MS) return words.left(words.lessThanHour);
  if (leftMs < DAY_MS) return words.left(formatCount(language, Math.floor(leftMs / HOUR_MS), HOURS[language]));
  return words.left(formatDays(language, Math.floor(leftMs / DAY_MS)));
}

const agoFormats = new Map<Language, Intl.RelativeTimeFormat>();

/** `As of 10:32`; the day too where it was not today. */
export function asOfWords(at: string, now: number, language: Language): string {
  const date = new Date(at);
  const isToday = formatDate(language, date) === formatDate(language, new Date(now));
  return messages[language].asOf(isToday ? formatTime(language, date) : formatDateTime(language, date));
}

/** `2 min. ago` */
export function timeAgo(at: string, now: number, language: Language): string {
  let format = agoFormats.get(language);
  if (!format)
    agoFormats.set(language, (format = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' })));
  const agoMs = Math.max(0, now - Date.parse(at));
  if (agoMs < MINUTE_MS) return format.format(0, 'second');
  if (agoMs < HOUR_MS) return format.format(-Math.floor(agoMs / MINUTE_MS), 'minute');
  if (agoMs < DAY_MS) return format.format(-Math.floor(agoMs / HOUR_MS), 'hour');
  return format.format(-Math.floor(agoMs / DAY_MS), 'day');
}

/** Nothing more comes of it by itself. */
export function isPast(state: EsimState): boolean {
  return state === 'ended' || state === 'deactivated' || state === 'unavailable';
}

/** It still has to be put into a phone, or to meet its first network. */
export function isBeforeUse(state: EsimState): state is 'not_installed' | 'installed' {
  return state === 'not_installed' || state === 'installed';
}

/** It is in a phone, where its code has nothing more to do. */
export function isInPhone(state: EsimState): boolean {
  return state === 'installed' || state === 'live';
}

/** No phone gets data through it, whatever is left of its plans. */
export function isOff(state: EsimState): boolean {
  return state === 'suspended' || state === 'deactivated' || state === 'unavailable';
}

export function canTopUp(state: EsimState): boolean {
  return state === 'live' || state === 'used_up' || state === 'ended' || isBeforeUse(state);
}
