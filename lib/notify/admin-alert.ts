import type { Language } from '../contract/session.ts';
import { joinHtml, markup, type BotHtml } from '../i18n/bot-html.ts';
import { botMessages, type AlertCode } from '../i18n/bot-messages.ts';
import { formatNumber } from '../i18n/format.ts';
import type { TextMessage } from '../telegram/bot-api.ts';

export interface AdminAlert {
  code: AlertCode;
  language: Language;
  orderId?: string;
  stars?: number;
  /** A short fact such as a balance or an error code; never private data. */
  detail?: string;
}

const MAX_DETAIL = 300;

export function adminAlert({ code, language, orderId, stars, detail }: AdminAlert): TextMessage {
  const { alert, alertFacts } = botMessages[language];
  const { title, meaning, action } = alert[code];
  const facts: BotHtml[] = [
    ...(orderId === undefined ? [] : [markup`${alertFacts.order}: <code>${orderId}</code>`]),
    ...(stars === undefined ? [] : [markup`${alertFacts.stars}: ${formatNumber(language, stars)}`]),
    ...(detail === undefined ? [] : [markup`${alertFacts.detail}: ${detail.slice(0, MAX_DETAIL)}`]),
  ];
  const blocks = [
    markup`<b>${title}</b>`,
    ...(facts.length === 0 ? [] : [joinHtml(facts, '\n')]),
    markup`${meaning}`,
    markup`${action}`,
    markup`<code>${code}</code>`,
  ];
  return { html: joinHtml(blocks, '\n\n').html };
}

export function isAlertCode(code: string): code is AlertCode {
  return Object.hasOwn(botMessages.en.alert, code);
}
