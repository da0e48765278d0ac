import type { Tier } from '../contract/catalogue.ts';
import type { Language } from '../contract/session.ts';
import { destinationName, shortDestinationName } from './destination-name.ts';
import { formatDays, formatMegabytes } from './format.ts';
import { planMessages } from './plan-messages.ts';

/** What an invoice says about a bundle. */
export interface InvoicePlan {
  destinationCode: string;
  dataMb: number | null;
  days: number;
  tier: Tier;
  autostart: boolean;
  /** How many countries it covers. */
  countries: number;
  fairUse?: { full_speed_mb_per_day: number; then_kbit_s: number } | undefined;
}

// Telegram's limits. It does not say what it counts; UTF-16 units are never fewer than characters.
const MAX_TITLE = 32;
const MAX_DESCRIPTION = 255;

/** Place, amount, days. Words get shorter until it fits; the tier goes last, since the description has it too. */
export function invoiceTitle(plan: InvoicePlan, language: Language): string {
  const { unlimited, tier, daysShort } = planMessages[language];
  const name = destinationName(plan.destinationCode, language);
  const short = shortDestinationName(plan.destinationCode, language);
  const withTier = (word: string) => (tier[plan.tier] ? `${word} ${tier[plan.tier]}` : word);
  const size = plan.dataMb === null ? withTier(unlimited) : formatMegabytes(language, plan.dataMb);
  const sizeShort = plan.dataMb === null ? withTier('∞') : size;
  const sizeShortest = plan.dataMb === null ? '∞' : size;
  const days = formatDays(language, plan.days);
  const daysFewest = daysShort(plan.days);

  const titles = [
    [name, size, days],
    [name, size, daysFewest],
    [name, sizeShort, days],
    [name, sizeShort, daysFewest],
    [short, sizeShort, days],
    [short, sizeShort, daysFewest],
    [short, sizeShortest, daysFewest],
  ].map((parts) => parts.join(' · '));
  const fitting = titles.find((title) => title.length <= MAX_TITLE);
  if (fitting !== undefined) return fitting;

  const rest = ` · ${sizeShortest} · ${daysFewest}`;
  return cut(cutAtWord(short, MAX_TITLE - rest.length) + rest, MAX_TITLE);
}

/** Whole sentences, the most important first, as many as fit. */
export function invoiceDescription(plan: InvoicePlan, language: Language): string {
  const messages = planMessages[language];
  const tier = messages.tier[plan.tier];
  const unlimited = tier ? `${messages.unlimited} ${tier}` : messages.unlimited;
  const size = plan.dataMb === null ? unlimited : formatMegabytes(language, plan.dataMb);
  const fairUse = plan.fairUse
    ? `: ${messages.fairUse(plan.fairUse.full_speed_mb_per_day, plan.fairUse.then_kbit_s)}`
    : '';
  const sentences = [
    messages.esimFor(destinationName(plan.destinationCode, language)),
    `${size}, ${formatDays(language, plan.days)}${fairUse}.`,
    messages.dataOnly,
    plan.autostart ? messages.startsAtFirstUse : messages.startsAtPurchase,
    ...(plan.countries > 1 ? [messages.worksIn(plan.countries)] : []),
  ];
  let text = '';
  for (const sentence of sentences) {
    const longer = text ? `${text} ${sentence}` : sentence;
    if (longer.length <= MAX_DESCRIPTION) text = longer;
  }
  return text || cut(sentences.join(' '), MAX_DESCRIPTION);
}

function cutAtWord(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const head = cut(text, Math.max(0, maxLength - 1));
  const words = head.replace(/[\s,(&—-]+(?:и|and)?[\s,(&—-]*[^\s,(&—-]*$/, '');
  return `${words.length > 2 ? words : head}…`;
}

/** Never in the middle of a surrogate pair. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const lastUnit = text.charCodeAt(maxLength - 1);
  const isHighSurrogate = lastUnit >= 0xd800 && lastUnit <= 0xdbff;
  return text.slice(0, isHighSurrogate ? maxLength - 1 : maxLength);
}
