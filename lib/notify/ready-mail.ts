import type { Language } from '../contract/session.ts';
import { joinHtml, markup, plainText, type BotHtml } from '../i18n/bot-html.ts';
import { botMessages } from '../i18n/bot-messages.ts';
import { formatStars } from '../i18n/format.ts';
import { mailMessages } from '../i18n/mail-messages.ts';
import type { MailMessage } from '../mail/mailer.ts';
import { placesAndTime, type ReadyEsim } from './order-messages.ts';
import { placeName, planSize, type TellableOrder } from './plan-line.ts';

type Mail = Omit<MailMessage, 'to'>;

const QR = 'qr';
const STYLE = 'font:16px/1.5 system-ui,sans-serif;max-width:480px;margin:0 auto;padding:16px';

/** What the message in the chat says, with the picture inside and links for its buttons. */
export function readyMail(esim: ReadyEsim, png: Uint8Array, shopName: string): Mail {
  const { order, language } = esim;
  const { ready, button } = botMessages[language];
  const words = mailMessages[language];
  const place = placeName(order, language);
  const before = [
    ready.title(place),
    ready.paid(planSize(order, language), formatStars(language, order.price_stars)),
    ...(esim.insteadOfTopUp === true ? [ready.insteadOfTopUp()] : []),
    ...placesAndTime(esim),
  ];
  const after = [
    link(button.installOnIphone, esim.appleInstallUrl),
    link(button.installOnAndroid, esim.androidInstallUrl),
    ready.steps(),
    ready.codes(esim.smdpAddress, esim.matchingId, esim.lpaString),
    markup`${words.secret}`,
    markup`${words.sentBy(shopName)}`,
  ];
  const picture = markup`<img src="cid:${QR}" alt="${words.qr}" width="240" height="240">`;
  return {
    subject: words.ready(place),
    text: textOf([...before, ...after]),
    html: pageOf([...before, picture, ...after], language),
    pictures: [{ id: QR, filename: 'esim-qr.png', png }],
  };
}

export function topUpMail({ order, language }: { order: TellableOrder; language: Language }, shopName: string): Mail {
  const { topUp } = botMessages[language];
  const words = mailMessages[language];
  const place = placeName(order, language);
  const blocks = [
    topUp.title(place),
    topUp.body(planSize(order, language), formatStars(language, order.price_stars)),
    markup`${words.sentBy(shopName)}`,
  ];
  return { subject: words.topUp(place), text: textOf(blocks), html: pageOf(blocks, language), pictures: [] };
}

function link(text: string, url: string): BotHtml {
  return markup`<a href="${url}">${text}</a>`;
}

function textOf(blocks: readonly BotHtml[]): string {
  return plainText(joinHtml(blocks, '\n\n'));
}

function pageOf(blocks: readonly BotHtml[], language: Language): string {
  const paragraphs = blocks.map(({ html }) => `<p>${html.replaceAll('\n', '<br>')}</p>`).join('');
  return `<!doctype html><html lang="${language}"><body style="${STYLE}">${paragraphs}</body></html>`;
}
