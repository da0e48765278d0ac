import type { Language } from '../contract/session.ts';
import { joinHtml, markup, visibleLength, type BotHtml } from '../i18n/bot-html.ts';
import { botMessages, type RefundReason } from '../i18n/bot-messages.ts';
import { formatStars } from '../i18n/format.ts';
import { planMessages } from '../i18n/plan-messages.ts';
import type { InlineButton, PhotoMessage, TextMessage } from '../telegram/bot-api.ts';
import { placeName, planLine, planSize, type TellableOrder } from './plan-line.ts';

interface Reader {
  language: Language;
  appUrl: string;
}

export interface ReadyEsim extends Reader {
  order: TellableOrder;
  lpaString: string;
  smdpAddress: string;
  matchingId: string;
  appleInstallUrl: string;
  androidInstallUrl: string;
  /** Where the catalogue still knows them. */
  plan?: { countries: number; autostart: boolean };
  /** The order was a top-up, but the supplier put the data on a new eSIM. */
  insteadOfTopUp?: boolean;
}

const MAX_CAPTION = 1024;
const MAX_COPY_TEXT = 256;

/** The caption of the QR picture. Whoever opens the chat on the phone itself cannot scan it, hence buttons and codes. */
export function readyMessage(esim: ReadyEsim): PhotoMessage {
  const { order, language } = esim;
  const { ready } = botMessages[language];
  const essential = [
    joinHtml(
      [
        ready.title(placeName(order, language)),
        ready.paid(planSize(order, language), formatStars(language, order.price_stars)),
      ],
      '\n',
    ),
    ...(esim.insteadOfTopUp === true ? [ready.insteadOfTopUp()] : []),
  ];
  const codes = ready.codes(esim.smdpAddress, esim.matchingId, esim.lpaString);
  const whole = [...essential, ...placesAndTime(esim), ready.steps(), codes];
  const caption = [whole, [...essential, ready.steps(), codes], [...essential, codes], essential]
    .map((blocks) => joinHtml(blocks, '\n\n'))
    .find((text) => visibleLength(text) <= MAX_CAPTION);
  return { captionHtml: (caption ?? ready.title(placeName(order, language))).html, buttons: readyButtons(esim) };
}

export function placesAndTime({ plan, language }: ReadyEsim): BotHtml[] {
  if (plan === undefined) return [];
  const messages = planMessages[language];
  const sentences = [
    ...(plan.countries > 1 ? [messages.worksIn(plan.countries)] : []),
    plan.autostart ? messages.startsAtFirstUse : messages.startsAtPurchase,
  ];
  return [markup`${sentences.join(' ')}`];
}

function readyButtons(esim: ReadyEsim): InlineButton[][] {
  const { button } = botMessages[esim.language];
  const copy = { text: button.copyCode, copy_text: { text: esim.lpaString } };
  return [
    [openEsim(esim)],
    [
      { text: button.installOnIphone, url: esim.appleInstallUrl },
      { text: button.installOnAndroid, url: esim.androidInstallUrl },
    ],
    ...(esim.lpaString.length <= MAX_COPY_TEXT ? [[copy]] : []),
  ];
}

export function topUpReadyMessage({ order, ...reader }: Reader & { order: TellableOrder }): TextMessage {
  const { topUp } = botMessages[reader.language];
  const stars = formatStars(reader.language, order.price_stars);
  const blocks = [topUp.title(placeName(order, reader.language)), topUp.body(planSize(order, reader.language), stars)];
  return { html: joinHtml(blocks, '\n').html, buttons: [[openEsim({ order, ...reader })]] };
}

/** Sent once, when an order takes so long that a person would begin to worry. */
export function lateMessage({
  order,
  language,
  appUrl,
  minutesLeft,
}: Reader & { order: TellableOrder; minutesLeft: number }): TextMessage {
  const { late, button } = botMessages[language];
  const text = late(planLine(order, language), formatStars(language, order.price_stars), Math.max(1, minutesLeft));
  return { html: text.html, buttons: [[{ text: button.history, web_app: { url: `${appUrl}/history` } }]] };
}

export interface Refund extends Reader {
  /** Null for whoever paid an invoice of somebody else: what was in it is not theirs to know. */
  order: TellableOrder | null;
  stars: number;
  /** `failure_code` of the order or `refund_reason` of the payment. */
  reason: string | null;
  /** The plan was delivered, and ends with the refund. */
  endsPlan?: boolean;
}

export function refundMessage({ order, stars, reason, language, appUrl, endsPlan = false }: Refund): TextMessage {
  const { refund, button } = botMessages[language];
  const amount = formatStars(language, stars);
  const known = isRefundReason(reason) ? reason : 'by_shop';
  const blocks = [
    refund.title(amount),
    markup`${order === null || known === 'wrong_user' ? '' : `${planLine(order, language)}\n`}${refund.reason[known]} ${refund.money(amount)}`,
    ...(endsPlan ? [refund.planEnds()] : []),
    refund.again(),
  ];
  return { html: joinHtml(blocks, '\n\n').html, buttons: [[{ text: button.openShop, web_app: { url: appUrl } }]] };
}

function isRefundReason(reason: string | null): reason is RefundReason {
  return reason !== null && Object.hasOwn(botMessages.en.refund.reason, reason);
}

function openEsim({ order, language, appUrl }: Reader & { order: TellableOrder }): InlineButton {
  const path = order.esim_id === null ? '/esims' : `/esims/${order.esim_id}`;
  return { text: botMessages[language].button.openEsim, web_app: { url: `${appUrl}${path}` } };
}
