import * as z from 'zod';
import { badRequest } from './bot-api-error.ts';

const inlineButton = z.looseObject({
  text: z.string().min(1),
  url: z.string().optional(),
  callback_data: z.string().optional(),
  web_app: z.object({ url: z.string() }).optional(),
  copy_text: z.object({ text: z.string() }).optional(),
});
const inlineKeyboard = z.object({ inline_keyboard: z.array(z.array(inlineButton)) });
const otherMarkup = z.union([
  z.looseObject({ keyboard: z.array(z.unknown()) }),
  z.looseObject({ remove_keyboard: z.literal(true) }),
  z.looseObject({ force_reply: z.literal(true) }),
]);

export type InlineButton = z.infer<typeof inlineButton>;
export type InlineKeyboard = InlineButton[][];

/** `null` when there is no inline keyboard. Keyboards of the other kinds are accepted and not shown. */
export function readReplyMarkup(value: unknown, isPrivateChat: boolean): InlineKeyboard | null {
  if (value === undefined || otherMarkup.safeParse(value).success) return null;
  if (typeof value !== 'object' || value === null) throw badRequest('object expected as reply markup');
  if (Object.keys(value).length === 0) return null;
  const markup = inlineKeyboard.safeParse(value);
  if (!markup.success) {
    const field = markup.error.issues[0]?.path.at(-1);
    throw badRequest(`can't parse inline keyboard button: Field "${String(field)}" must be valid`);
  }
  const rows = markup.data.inline_keyboard.filter((row) => row.length > 0);
  for (const button of rows.flat()) checkButton(button, isPrivateChat);
  return rows.length === 0 ? null : rows;
}

function checkButton(button: InlineButton, isPrivateChat: boolean): void {
  const { url, callback_data: data, web_app: webApp, copy_text: copyText } = button;
  if (url === undefined && data === undefined && webApp === undefined && copyText === undefined) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  if (data !== undefined && (data === '' || Buffer.byteLength(data) > 64)) throw badRequest('BUTTON_DATA_INVALID');
  if (copyText !== undefined && (copyText.text === '' || [...copyText.text].length > 256)) {
    throw badRequest('BUTTON_COPY_TEXT_INVALID');
  }
  if (url !== undefined) checkLink(url);
  if (webApp !== undefined) {
    if (!isPrivateChat) throw badRequest('BUTTON_TYPE_INVALID');
    checkWebAppUrl(webApp.url, 'inline keyboard button');
  }
}

function checkLink(url: string): void {
  const full = /^(https?|tg|ton):\/\//i.test(url) ? url : `http://${url}`;
  if (!URL.canParse(full) || /\s/.test(url)) {
    throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
  }
}

/** Telegram takes https only. A shop on this very machine has no certificate, so loopback may be plain. */
export function checkWebAppUrl(url: string, what: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isLoopback = parsed !== null && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback)) return;
  throw badRequest(`${what} Web App URL '${url}' is invalid: Only HTTPS links are allowed`);
}
