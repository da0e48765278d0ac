// @ts-check
import { byId, h, icon } from './dom.js';
import { openMiniApp, setMinimised } from './mini-app.js';
import { callSandbox, every } from './sandbox-api.js';
import { onSettings, settings } from './settings.js';
import { confirmWith, showPopup, toast } from './sheets.js';
import { formatStars, t, withStars } from './strings.js';

let lastDrawn = '';
/** Messages as they are drawn, so that one that has not changed stays as it is: its focus, its selection, its photo. */
/** @type {Map<string, HTMLElement>} */
let drawnMessages = new Map();
let menuUrl = '/';
let botUsername = '';
/** Who was said to Telegram to speak which language. */
let introduced = '';

/** @type {{ stars: number, blocked: boolean } | null} */
let knownUser = null;

export function balance() {
  return knownUser?.stars ?? null;
}

export function isBlocked() {
  return knownUser?.blocked === true;
}

export function startChat() {
  byId('composer').addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    const input = byId('message');
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    await write(text);
  });
  byId('menu-button').addEventListener('click', () => openMiniApp(menuUrl));
  onSettings(() => {
    lastDrawn = '';
    void refreshChat();
  });
  every(1, refreshChat);
}

/** @param {string} text */
async function write(text) {
  try {
    await callSandbox('message', { user_id: settings.userId, text });
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  }
  await refreshChat();
}

export async function refreshChat() {
  const userId = settings.userId;
  const { language } = settings;
  const path = `chat?user_id=${userId}`;
  let answer = introduced === `${userId} ${language}` ? await callSandbox(path) : { user: null };
  if (answer.user === null) {
    // Telegram knows whoever looks at it, and tells bots the language of this client from the first message on.
    await callSandbox('set', { telegram: { user: { id: userId, language } } });
    introduced = `${userId} ${language}`;
    answer = await callSandbox(path);
  }
  const fingerprint = JSON.stringify([settings.language, answer]);
  if (userId !== settings.userId || fingerprint === lastDrawn) return;
  lastDrawn = fingerprint;
  knownUser = answer.user;
  botUsername = answer.bot.username;
  menuUrl = answer.bot.menu_button?.web_app?.url ?? '/';
  byId('bot-name').textContent = answer.bot.name;
  byId('app-title').textContent = answer.bot.name;
  byId('chat-balance').replaceChildren(...(knownUser === null ? [] : withStars(formatStars(knownUser.stars))));
  byId('message').disabled = isBlocked();

  const list = byId('messages');
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const items = answer.messages.length === 0 ? [welcome(answer.bot)] : drawMessages(answer.messages);
  if (isBlocked()) items.push(blockedNote());
  for (const [index, item] of items.entries()) {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  }
  while (list.children.length > items.length) list.lastElementChild.remove();
  // A chat is scrolled by keyboard too; the welcome has nothing to scroll to.
  list.tabIndex = answer.messages.length === 0 ? -1 : 0;
  if (isAtEnd) {
    const toEnd = () => (list.scrollTop = list.scrollHeight);
    toEnd();
    // A photo has no height before it is decoded.
    for (const image of list.querySelectorAll('img')) image.addEventListener('load', toEnd, { once: true });
  }
  document.dispatchEvent(new Event('chat-changed'));
}

/**
 * A link of t.me, as the client follows it: to the shop's own bot it leads into this chat or into the app.
 * @param {string} path with its query
 */
export function openTelegramLink(path) {
  const { pathname, searchParams } = new URL(path, 'https://t.me');
  if (pathname.split('/')[1]?.toLowerCase() !== botUsername.toLowerCase()) return toast(`t.me${path}`);
  const startParam = searchParams.get('startapp');
  if (startParam !== null) return openMiniApp('/', startParam === '' ? undefined : startParam);
  setMinimised(true);
  const start = searchParams.get('start');
  if (start !== null) return write(`/start ${start}`.trim());
}

/**
 * @param {string} url
 * @returns {string | null} the path and the query of a link of t.me
 */
function telegramPath(url) {
  const { hostname, pathname, search } = new URL(url);
  return hostname === 't.me' ? pathname + search : null;
}

/** @param {{ description: string }} bot */
function welcome(bot) {
  return h(
    'li',
    { className: 'welcome' },
    h('span', { className: 'welcome__picture' }, icon('globe')),
    h('h2', {}, t('welcome')),
    h('p', {}, bot.description || t('welcomeText')),
    h('button', { className: 'button button--wide', onclick: () => openMiniApp(menuUrl) }, t('openShop')),
    h('button', { className: 'button button--plain', onclick: () => write('/start') }, t('start')),
    h('p', { className: 'welcome__note' }, t('simulated')),
  );
}

function blockedNote() {
  const unblock = async () => {
    await callSandbox('set', { telegram: { user: { id: settings.userId, blocked: false } } });
    await refreshChat();
  };
  return h(
    'li',
    { className: 'message message--service' },
    h('span', {}, t('blockedNote')),
    h('button', { className: 'button button--plain', onclick: unblock }, t('unblock')),
  );
}

/**
 * @param {any[]} messages
 * @returns {HTMLElement[]}
 */
function drawMessages(messages) {
  const before = drawnMessages;
  drawnMessages = new Map();
  for (const message of messages) {
    const fingerprint = JSON.stringify([settings.language, settings.userId, message]);
    drawnMessages.set(fingerprint, before.get(fingerprint) ?? drawMessage(message));
  }
  return [...drawnMessages.values()];
}

/** @param {any} message */
function drawMessage(message) {
  const { from, type } = message;
  const text = message.text ?? message.caption ?? '';
  if (from === 'service') return h('li', { className: 'message message--service' }, h('span', {}, ...withStars(text)));
  const time = new Intl.DateTimeFormat(settings.language, { hour: '2-digit', minute: '2-digit' });
  return h(
    'li',
    { className: `message message--${from}` },
    h(
      'div',
      { className: 'bubble' },
      type === 'photo' && photo(message),
      type === 'document' && attachment(message),
      text !== '' && h('p', { className: 'bubble__text' }, ...richText(text, message.entities ?? [])),
      h('time', { className: 'bubble__time' }, time.format(new Date(message.date * 1_000))),
    ),
    message.buttons.length > 0 && keyboard(message),
  );
}

/** @param {any} message */
function photo({ photo_base64: data, caption }) {
  const type = String(data).startsWith('/9j/') ? 'jpeg' : 'png';
  return h('img', { className: 'bubble__photo', src: `data:image/${type};base64,${data}`, alt: caption ?? '' });
}

/** @param {any} message */
function attachment({ file_name: name, document_base64: data }) {
  return h(
    'a',
    { className: 'bubble__file', href: `data:application/octet-stream;base64,${data}`, download: name },
    icon('file'),
    name,
  );
}

/** @param {any} message */
function keyboard(message) {
  return h(
    'div',
    { className: 'keyboard' },
    ...message.buttons.map((/** @type {any[]} */ row) =>
      h('div', { className: 'keyboard__row' }, ...row.map((button) => inlineButton(message, button))),
    ),
  );
}

/**
 * @param {any} message
 * @param {any} button as in the Bot API
 */
function inlineButton(message, button) {
  const mark = button.copy_text ? 'copy' : button.url ? 'link' : button.web_app ? 'app' : null;
  return h(
    'button',
    { className: 'keyboard__button', onclick: () => press(message, button) },
    ...withStars(button.text),
    mark && h('span', { className: 'keyboard__mark' }, icon(mark)),
  );
}

/**
 * @param {any} message
 * @param {any} button
 */
async function press(message, button) {
  if (button.web_app) return openMiniApp(button.web_app.url);
  if (button.copy_text) return copy(button.copy_text.text);
  if (button.url) {
    const path = telegramPath(button.url);
    if (path !== null) return openTelegramLink(path);
    if (await confirmWith(button.url, t('ok'), t('openLink'))) window.open(button.url, '_blank', 'noopener');
    return;
  }
  const input = { user_id: settings.userId, message_id: message.message_id, data: button.callback_data };
  const answer = await callSandbox('tap', input);
  if (answer.text && answer.show_alert) await showPopup({ message: answer.text, buttons: [{ type: 'ok' }] });
  else if (answer.text) toast(answer.text);
  await refreshChat();
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('copied'));
  } catch {
    toast(text);
  }
}

/** @type {Record<string, string>} */
const ENTITY_TAGS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  spoiler: 'span',
  text_link: 'a',
  url: 'a',
  bot_command: 'a',
};

/**
 * Text with its entities; links and commands that Telegram would find by itself are found here too.
 * @param {string} text
 * @param {any[]} given
 * @returns {(Node | string)[]}
 */
function richText(text, given) {
  const links = [...text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]|(?<![^\s(])\/[a-z]\w*/g)]
    .map(({ index, 0: found }) => {
      const type = found.startsWith('/') ? 'bot_command' : 'url';
      return { type, offset: index, length: found.length, url: found };
    })
    .filter(
      (link) =>
        !given.some(
          (entity) => entity.offset < link.offset + link.length && link.offset < entity.offset + entity.length,
        ),
    );
  const entities = [...given, ...links]
    .filter((entity) => ENTITY_TAGS[entity.type] !== undefined)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nest(text, 0, text.length, entities);
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {any[]} entities
 * @returns {(Node | string)[]}
 */
function nest(text, start, end, entities) {
  const parts = [];
  let at = start;
  for (const [index, entity] of entities.entries()) {
    if (entity.offset < at || entity.offset >= end) continue;
    parts.push(text.slice(at, entity.offset));
    const entityEnd = Math.min(entity.offset + entity.length, end);
    const inner = nest(text, entity.offset, entityEnd, entities.slice(index + 1));
    parts.push(drawEntity(entity, text.slice(entity.offset, entityEnd), inner));
    at = entityEnd;
  }
  parts.push(text.slice(at, end));
  return parts.flatMap((part) => (typeof part === 'string' ? withStars(part) : [part])).filter((part) => part !== '');
}

/**
 * @param {any} entity
 * @param {string} text
 * @param {(Node | string)[]} inner
 */
function drawEntity(entity, text, inner) {
  const tag = ENTITY_TAGS[entity.type] ?? 'span';
  if (entity.type === 'code' || entity.type === 'pre') return h(tag, { onclick: () => copy(text) }, ...inner);
  if (entity.type === 'bot_command')
    return h(
      'a',
      {
        href: '#',
        onclick: (/** @type {Event} */ event) =>
          (event.preventDefault(), write(text)),
      },
      ...inner,
    );
  if (tag === 'a') {
    const path = telegramPath(entity.url);
    const onclick = (/** @type {Event} */ event) => {
      if (path === null) return;
      event.preventDefault();
      void openTelegramLink(path);
    };
    return h('a', { href: entity.url, target: '_blank', rel: 'noopener', onclick }, ...inner);
  }
  return h(tag, {}, ...inner);
}
