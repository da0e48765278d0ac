// @ts-check
import { icon } from './dom.js';
import { settings } from './settings.js';

const STRINGS = {
  en: {
    phone: 'Telegram client',
    bot: 'bot',
    miniApp: 'mini app',
    shop: 'Shop',
    message: 'Message',
    send: 'Send',
    more: 'More',
    openShop: 'Open the shop',
    welcome: 'Mobile internet for your trip',
    welcomeText:
      'Pick a country, pay with Stars, scan the QR code. Nothing here is real: the supplier and Telegram are simulated.',
    start: 'or press Start',
    backToShop: 'Back to the shop',
    close: 'Close',
    back: 'Back',
    reload: 'Reload',
    appSettings: 'Settings',
    loading: 'Loading',
    payTitle: 'Confirm your purchase',
    pay: 'Pay',
    cancel: 'Cancel',
    balance: 'Balance',
    paying: 'Paying…',
    paid: 'Paid',
    notEnough: 'Not enough Stars',
    unknownInvoice: 'This invoice link is not valid',
    copied: 'Copied',
    allowWriting: 'Let the bot write to you?',
    allow: 'Allow',
    leaveTitle: 'Close the app?',
    leaveText: 'Changes may not be saved.',
    download: 'Download the file?',
    openLink: 'Open the link?',
    blockedNote: 'You have blocked this bot',
    unblock: 'Unblock',
    ok: 'OK',
    sandbox: 'Sandbox',
    sandboxText: 'A shop, a supplier and a Telegram of your own. What happens here costs nothing.',
    user: 'User',
    newUser: 'New user',
    set: 'Set',
    language: 'Language',
    theme: 'Theme',
    light: 'Light',
    dark: 'Dark',
    platform: 'Platform',
    block: 'Block the bot',
    esim: 'eSIM',
    noEsims: 'No eSIM has been sold yet',
    install: 'Install',
    attach: 'Attach abroad',
    use: 'Use 500 MB',
    expire: 'Expire',
    trouble: 'Trouble',
    slow: 'Slow supplier',
    lostAnswer: 'Lost answer',
    down: 'Supplier down',
    lostUpdate: 'Lost update',
    clear: 'Clear',
    calls: 'Calls',
    noCalls: 'Calls between the shop, eSIM Go and Telegram appear here',
    request: 'Request',
    answer: 'Answer',
    done: 'Done',
  },
  ru: {
    phone: 'Клиент Telegram',
    bot: 'бот',
    miniApp: 'мини-приложение',
    shop: 'Магазин',
    message: 'Сообщение',
    send: 'Отправить',
    more: 'Ещё',
    openShop: 'Открыть магазин',
    welcome: 'Интернет в поездке',
    welcomeText:
      'Выберите страну, оплатите звёздами, отсканируйте QR-код. Здесь всё понарошку: и поставщик, и Telegram.',
    start: 'или нажмите «Старт»',
    backToShop: 'Вернуться в магазин',
    close: 'Закрыть',
    back: 'Назад',
    reload: 'Обновить',
    appSettings: 'Настройки',
    loading: 'Загрузка',
    payTitle: 'Подтвердите покупку',
    pay: 'Оплатить',
    cancel: 'Отмена',
    balance: 'Баланс',
    paying: 'Оплачиваем…',
    paid: 'Оплачено',
    notEnough: 'Не хватает звёзд',
    unknownInvoice: 'Такой ссылки на оплату нет',
    copied: 'Скопировано',
    allowWriting: 'Разрешить боту писать вам?',
    allow: 'Разрешить',
    leaveTitle: 'Закрыть приложение?',
    leaveText: 'Изменения могут не сохраниться.',
    download: 'Скачать файл?',
    openLink: 'Открыть ссылку?',
    blockedNote: 'Вы заблокировали этого бота',
    unblock: 'Разблокировать',
    ok: 'ОК',
    sandbox: 'Песочница',
    sandboxText: 'Свой магазин, свой поставщик и свой Telegram. Всё, что здесь происходит, ничего не стоит.',
    user: 'Пользователь',
    newUser: 'Новый',
    set: 'Задать',
    language: 'Язык',
    theme: 'Тема',
    light: 'Светлая',
    dark: 'Тёмная',
    platform: 'Платформа',
    block: 'Заблокировать бота',
    esim: 'eSIM',
    noEsims: 'Ещё ни один eSIM не продан',
    install: 'Установить',
    attach: 'Поймать сеть',
    use: 'Потратить 500 МБ',
    expire: 'Закончить',
    trouble: 'Неприятности',
    slow: 'Медленный поставщик',
    lostAnswer: 'Потерянный ответ',
    down: 'Поставщик лежит',
    lostUpdate: 'Потерянное событие',
    clear: 'Убрать',
    calls: 'Вызовы',
    noCalls: 'Здесь появятся вызовы между магазином, eSIM Go и Telegram',
    request: 'Запрос',
    answer: 'Ответ',
    done: 'Готово',
  },
};

/** @typedef {keyof typeof STRINGS.en} StringKey */

/** @param {StringKey} key */
export function t(key) {
  return STRINGS[settings.language][key];
}

/** @param {number} stars */
export function formatStars(stars) {
  return `${new Intl.NumberFormat(settings.language).format(stars)} ⭐`;
}

/**
 * Text whose Stars are drawn, as Telegram's clients do: not every machine has a font with them.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function withStars(text) {
  return text.split(/(⭐\uFE0F?)/).map((part) => (part.startsWith('⭐') ? starIcon() : part));
}

function starIcon() {
  const star = icon('star');
  star.classList.add('star');
  star.setAttribute('role', 'img');
  star.setAttribute('aria-label', 'Stars');
  star.removeAttribute('aria-hidden');
  return star;
}

/** Fills what the markup marks with `data-text`, `data-text-label` and `data-text-placeholder`. */
export function translatePage() {
  document.documentElement.lang = settings.language;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = t(/** @type {StringKey} */ (element.getAttribute('data-text')));
  }
  for (const [marker, attribute] of [
    ['data-text-label', 'aria-label'],
    ['data-text-placeholder', 'placeholder'],
  ]) {
    for (const element of document.querySelectorAll(`[${marker}]`)) {
      element.setAttribute(attribute, t(/** @type {StringKey} */ (element.getAttribute(marker))));
    }
  }
}
