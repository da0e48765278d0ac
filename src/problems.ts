import type { ErrorCode } from '../lib/contract/error-codes.ts';
import type { Language } from '../lib/contract/session.ts';
import type { ClientErrorCode } from './esimgo-client.ts';

/** What a person can do about it. `reopen` closes the app: only a new opening gives a fresh signature. */
export type WayOn = 'retry' | 'reopen' | 'home' | 'support';

interface Problem {
  title: string;
  text: string;
  way: WayOn;
}

const en: Record<ClientErrorCode, Problem> = {
  offline: { title: 'No connection', text: 'Check the internet on this device and try again.', way: 'retry' },
  timed_out: { title: 'It takes too long', text: 'The answer did not come in time. Try again.', way: 'retry' },
  unreadable: {
    title: 'Something is wrong here',
    text: 'We could not read the answer. Try again in a minute.',
    way: 'retry',
  },
  bad_request: { title: 'We did not understand that', text: 'Go back to the start and choose again.', way: 'home' },
  init_data_missing: {
    title: 'Open the shop in Telegram',
    text: 'Close this page and open it from the bot.',
    way: 'reopen',
  },
  init_data_invalid: {
    title: 'Open the shop again',
    text: 'Telegram did not confirm who you are. Close this page and open it from the bot.',
    way: 'reopen',
  },
  init_data_expired: {
    title: 'Open the shop again',
    text: 'It has been open for too long. Close it and open it from the bot: nothing is lost.',
    way: 'reopen',
  },
  unauthorized: {
    title: 'Open the shop again',
    text: 'Telegram did not confirm who you are. Close this page and open it from the bot.',
    way: 'reopen',
  },
  forbidden: {
    title: 'This is not open to you',
    text: 'The shop may not do this for you. If you think that is wrong, write to us.',
    way: 'home',
  },
  not_found: { title: 'Nothing here', text: 'What you are looking for is not here, or is no longer.', way: 'home' },
  method_not_allowed: {
    title: 'The shop was updated',
    text: 'Close this page and open it from the bot.',
    way: 'reopen',
  },
  payload_too_large: { title: 'Too much at once', text: 'Make the text shorter and try again.', way: 'retry' },
  unsupported_media_type: {
    title: 'The shop was updated',
    text: 'Close this page and open it from the bot.',
    way: 'reopen',
  },
  rate_limited: { title: 'A little too fast', text: 'Wait half a minute and try again.', way: 'retry' },
  idempotency_conflict: { title: 'The order has changed', text: 'Choose the plan again.', way: 'home' },
  price_changed: { title: 'The price has changed', text: 'Look at the new price before you pay.', way: 'retry' },
  too_many_open_orders: {
    title: 'Too many unpaid orders',
    text: 'Pay one of those you have begun, or wait: unpaid ones lapse by themselves.',
    way: 'home',
  },
  not_compatible: {
    title: 'This eSIM cannot take this plan',
    text: 'Choose another plan, or buy it as a new eSIM.',
    way: 'home',
  },
  unknown_bundle: { title: 'This plan is no longer sold', text: 'Choose another one.', way: 'home' },
  temporarily_unavailable: {
    title: 'It does not work right now',
    text: 'We cannot do this at the moment. Try again in a few minutes.',
    way: 'retry',
  },
  internal: {
    title: 'Something broke on our side',
    text: 'We already know of it. Try again in a minute.',
    way: 'retry',
  },
};

const ru: typeof en = {
  offline: { title: 'Нет связи', text: 'Проверьте интернет на этом устройстве и попробуйте ещё раз.', way: 'retry' },
  timed_out: { title: 'Слишком долго', text: 'Ответ не пришёл вовремя. Попробуйте ещё раз.', way: 'retry' },
  unreadable: { title: 'Что-то не так', text: 'Не удалось прочитать ответ. Попробуйте через минуту.', way: 'retry' },
  bad_request: { title: 'Не получилось разобрать', text: 'Вернитесь в начало и выберите ещё раз.', way: 'home' },
  init_data_missing: {
    title: 'Откройте магазин в Telegram',
    text: 'Закройте эту страницу и откройте её из бота.',
    way: 'reopen',
  },
  init_data_invalid: {
    title: 'Откройте магазин заново',
    text: 'Telegram не подтвердил, что это вы. Закройте страницу и откройте её из бота.',
    way: 'reopen',
  },
  init_data_expired: {
    title: 'Откройте магазин заново',
    text: 'Он открыт слишком давно. Закройте его и откройте из бота: ничего не потеряется.',
    way: 'reopen',
  },
  unauthorized: {
    title: 'Откройте магазин заново',
    text: 'Telegram не подтвердил, что это вы. Закройте страницу и откройте её из бота.',
    way: 'reopen',
  },
  forbidden: {
    title: 'Вам это недоступно',
    text: 'Магазин не может сделать этого для вас. Если это ошибка, напишите нам.',
    way: 'home',
  },
  not_found: { title: 'Здесь ничего нет', text: 'Такой страницы нет, или её уже убрали.', way: 'home' },
  method_not_allowed: { title: 'Магазин обновился', text: 'Закройте страницу и откройте её из бота.', way: 'reopen' },
  payload_too_large: { title: 'Слишком много текста', text: 'Сократите его и попробуйте ещё раз.', way: 'retry' },
  unsupported_media_type: {
    title: 'Магазин обновился',
    text: 'Закройте страницу и откройте её из бота.',
    way: 'reopen',
  },
  rate_limited: { title: 'Слишком быстро', text: 'Подождите полминуты и попробуйте ещё раз.', way: 'retry' },
  idempotency_conflict: { title: 'Заказ изменился', text: 'Выберите тариф ещё раз.', way: 'home' },
  price_changed: { title: 'Цена изменилась', text: 'Посмотрите новую цену перед оплатой.', way: 'retry' },
  too_many_open_orders: {
    title: 'Слишком много неоплаченных заказов',
    text: 'Оплатите один из начатых или подождите: неоплаченные отменятся сами.',
    way: 'home',
  },
  not_compatible: {
    title: 'Этот eSIM не примет такой тариф',
    text: 'Выберите другой тариф или купите его новым eSIM.',
    way: 'home',
  },
  unknown_bundle: { title: 'Этот тариф больше не продаётся', text: 'Выберите другой.', way: 'home' },
  temporarily_unavailable: {
    title: 'Сейчас не получается',
    text: 'Попробуйте ещё раз через несколько минут.',
    way: 'retry',
  },
  internal: { title: 'Сломалось у нас', text: 'Мы уже знаем. Попробуйте через минуту.', way: 'retry' },
};

const ways = {
  en: { retry: 'Try again', reopen: 'Close the shop', home: 'See all destinations', support: 'Ask a person' },
  ru: { retry: 'Повторить', reopen: 'Закрыть магазин', home: 'Ко всем направлениям', support: 'Написать человеку' },
} satisfies Record<Language, Record<WayOn, string>>;

/** A sentence for every code in every language: a missing one does not compile. */
export const problemMessages: Record<Language, typeof en> = { en, ru };
export const wayOnMessages: Record<Language, Record<WayOn, string>> = ways;

const OWN_CODES: readonly ClientErrorCode[] = ['offline', 'timed_out', 'unreadable'];

/** The schemas stay on the server, so the sentences are also the list of known codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(en, code) && !OWN_CODES.some((own) => own === code);
}
