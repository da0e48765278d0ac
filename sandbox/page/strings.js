// @ts-check
import { icon } from './dom.js';
import { settings } from './settings.js';

const STRINGS = {
  en: {
    phone: 'Telegram client',
    chat: 'Chat',
    bot: 'bot',
    miniApp: 'mini app',
    shop: 'Shop',
    message: 'Message',
    send: 'Send',
    more: 'More',
    openShop: 'Open the shop',
    welcome: 'Mobile internet for your trip',
    welcomeText: 'Pick a country, pay with Stars, scan the QR code.',
    simulated: 'Nothing here is real: the Stars, the supplier and Telegram are simulated.',
    start: 'Start the chat',
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
    newUser: 'Be somebody new',
    set: 'Set',
    language: 'Language',
    theme: 'Theme',
    light: 'Light',
    dark: 'Dark',
    platform: 'Platform',
    block: 'Blocked bot',
    blockHint: 'The bot cannot write to this user; the app still shows everything.',
    esim: 'eSIM',
    noEsims: 'Buy one, and here it can be installed, used up and broken.',
    inPhone: 'The phone',
    install: 'Install',
    attach: 'Attach abroad',
    use: 'Use 500 MB',
    useAll: 'Use all data',
    atSupplier: 'eSIM Go',
    expire: 'Expire',
    suspend: 'Suspend',
    makeUnavailable: 'Make unavailable',
    deactivate: 'Deactivate for good',
    released: 'Not installed',
    installed: 'Installed',
    unavailable: 'Unavailable',
    suspended: 'Suspended',
    deactivated: 'Deactivated',
    processing: 'being issued',
    queued: 'not started',
    active: 'in use',
    depleted: 'used up',
    expired: 'expired',
    revoked: 'revoked',
    lapsed: 'lapsed',
    unlimited: 'unlimited',
    trouble: 'Trouble',
    troubleHint: 'Break something, then buy: nobody may lose money.',
    slow: 'Slow supplier',
    slowHint: 'Every answer of eSIM Go takes 5 seconds.',
    late: 'Late eSIM',
    lateHint: 'eSIM Go takes an order at once and needs a minute and a half to make the eSIM.',
    lostAnswer: 'Lost answer',
    lostAnswerHint: 'eSIM Go takes the next order, but the answer gets lost. There must not be a second one.',
    refuses: 'Refused order',
    refusesHint: 'eSIM Go refuses the next order. The Stars must come back by themselves.',
    down: 'Supplier down',
    downHint: 'eSIM Go answers nothing but errors.',
    lostUpdate: 'Lost update',
    lostUpdateHint: 'Telegram takes the next payment and does not tell the shop.',
    clear: 'Clear',
    calls: 'Log of calls',
    theShop: 'Shop',
    noCalls: 'Calls between the shop, eSIM Go and Telegram appear here',
    earlierCalls: 'Before you came',
    request: 'Request',
    answer: 'Answer',
    done: 'Done',
  },
  ru: {
    phone: 'Клиент Telegram',
    chat: 'Чат',
    bot: 'бот',
    miniApp: 'мини-приложение',
    shop: 'Магазин',
    message: 'Сообщение',
    send: 'Отправить',
    more: 'Ещё',
    openShop: 'Открыть магазин',
    welcome: 'Интернет в поездке',
    welcomeText: 'Выберите страну, оплатите звёздами, отсканируйте QR-код.',
    simulated: 'Здесь всё понарошку: и звёзды, и поставщик, и Telegram.',
    start: 'Начать чат',
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
    newUser: 'Стать другим',
    set: 'Задать',
    language: 'Язык',
    theme: 'Тема',
    light: 'Светлая',
    dark: 'Тёмная',
    platform: 'Платформа',
    block: 'Блокировка бота',
    blockHint: 'Бот не может писать этому пользователю, в приложении всё видно.',
    esim: 'eSIM',
    noEsims: 'Купите eSIM, и здесь его можно будет установить, потратить и сломать.',
    inPhone: 'Телефон',
    install: 'Установить',
    attach: 'Поймать сеть',
    use: 'Потратить 500 МБ',
    useAll: 'Потратить всё',
    atSupplier: 'eSIM Go',
    expire: 'Закончить срок',
    suspend: 'Приостановить',
    makeUnavailable: 'Сделать недоступным',
    deactivate: 'Отключить навсегда',
    released: 'Не установлен',
    installed: 'Установлен',
    unavailable: 'Недоступен',
    suspended: 'Приостановлен',
    deactivated: 'Отключён',
    processing: 'выпускается',
    queued: 'не начат',
    active: 'идёт',
    depleted: 'потрачен',
    expired: 'срок вышел',
    revoked: 'отозван',
    lapsed: 'сгорел',
    unlimited: 'безлимит',
    trouble: 'Неприятности',
    troubleHint: 'Сломайте что-нибудь и купите: деньги не должны пропасть ни у кого.',
    slow: 'Медленный поставщик',
    slowHint: 'Каждый ответ eSIM Go идёт 5 секунд.',
    late: 'Долгий выпуск',
    lateHint: 'eSIM Go сразу берёт заказ, но делает eSIM полторы минуты.',
    lostAnswer: 'Потерянный ответ',
    lostAnswerHint: 'eSIM Go примет следующий заказ, но ответ потеряется. Второго заказа быть не должно.',
    refuses: 'Отказ в заказе',
    refusesHint: 'eSIM Go откажет в следующем заказе. Звёзды должны вернуться сами.',
    down: 'Поставщик лежит',
    downHint: 'eSIM Go отвечает одними ошибками.',
    lostUpdate: 'Потерянное событие',
    lostUpdateHint: 'Telegram примет следующую оплату и не скажет о ней магазину.',
    clear: 'Убрать',
    calls: 'Журнал вызовов',
    theShop: 'Магазин',
    noCalls: 'Здесь появятся вызовы между магазином, eSIM Go и Telegram',
    earlierCalls: 'До вас',
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

/** @param {number} bytes */
export function formatData(bytes) {
  const isLarge = bytes >= 1e9;
  const unit = isLarge ? 'gigabyte' : 'megabyte';
  const format = new Intl.NumberFormat(settings.language, { style: 'unit', unit, maximumFractionDigits: 1 });
  return format.format(bytes / (isLarge ? 1e9 : 1e6));
}

/**
 * A plan by the name that the supplier gives it: place, size and days.
 * @param {string} name such as `esim_1GB_7D_TH_V2`
 */
export function describePlan(name) {
  const parts = /^esim_(?:(\d+)GB|UL[EP]?)_(\d+)D_([A-Z0-9-]+)_/.exec(name);
  if (parts === null) return name;
  const [, gigabytes, days, place] = parts;
  const size = gigabytes === undefined ? t('unlimited') : formatData(Number(gigabytes) * 1e9);
  const time = new Intl.NumberFormat(settings.language, { style: 'unit', unit: 'day' }).format(Number(days));
  return `${placeName(place ?? '')} · ${size} · ${time}`;
}

/** @param {string} code */
export function placeName(code) {
  // Regions and some islands have codes of the supplier's own.
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames([settings.language], { type: 'region' }).of(code) ?? code;
}

/** Fills what the markup marks with `data-text`, `data-text-label` and `data-text-placeholder`. */
export function translatePage() {
  document.documentElement.lang = settings.language;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = t(/** @type {StringKey} */ (element.getAttribute('data-text')));
  }
  for (const [marker, attribute] of /** @type {const} */ ([
    ['data-text-label', 'aria-label'],
    ['data-text-placeholder', 'placeholder'],
  ])) {
    for (const element of document.querySelectorAll(`[${marker}]`)) {
      element.setAttribute(attribute, t(/** @type {StringKey} */ (element.getAttribute(marker))));
    }
  }
}
