import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { formatDateTime } from '../../../lib/i18n/format.ts';
import { startOfTopUp } from './top-up.ts';

const en = {
  now: 'It starts at the next connection there. Its days count from then.',
  behind: 'It waits in the queue and starts after the plan you already have.',
  until: (end: string, canRunOut: boolean) =>
    `It waits in the queue and starts after your plan: on ${end}${canRunOut ? ', or sooner if its data is used up' : ''}.`,
  noDays: 'It adds no days to your present plan: its own days count from when it starts.',
  install: 'Nothing new to install: it comes to this same eSIM.',
};

const ru: typeof en = {
  now: 'Начнётся при следующем подключении на месте. С него же считаются дни.',
  behind: 'Встанет в очередь и начнётся после тарифа, который уже есть.',
  until: (end, canRunOut) =>
    `Встанет в очередь и начнётся после вашего тарифа: ${end}${canRunOut ? ' или раньше, если кончится его интернет' : ''}.`,
  noDays: 'Нынешний тариф это не продлит: у нового свои дни, они пойдут, когда он начнётся.',
  install: 'Устанавливать ничего нового не нужно: придёт на этот же eSIM.',
};

const messages: Record<Language, typeof en> = { en, ru };

interface TopUpWords {
  start: string;
  /** Null where there is no plan in use whose days it could be taken to add to. */
  days: string | null;
  install: string;
}

/** What a top-up of this eSIM does. */
export function topUpWords(esim: Pick<Esim, 'state' | 'usage'>, language: Language): TopUpWords {
  const { now, behind, until, noDays, install } = messages[language];
  const start = startOfTopUp(esim);
  if (start === 'now') return { start: now, days: null, install };
  const { usage } = esim;
  const end = start === 'queued' ? usage?.ends_at : null;
  return {
    start: usage && end ? until(formatDateTime(language, new Date(end)), !usage.unlimited) : behind,
    days: noDays,
    install,
  };
}
