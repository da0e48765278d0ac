// @ts-check
import { byId, h, icon } from './dom.js';
import { callSandbox } from './sandbox-api.js';
import { changeSettings, settings } from './settings.js';
import { confirmWith, showInvoice, showPopup, updateReach } from './sheets.js';
import { t, withStars } from './strings.js';
import { themeParams } from './themes.js';

const VERSION = '9.1';

/** @typedef {{ is_visible: boolean, is_active: boolean, is_progress_visible: boolean, text: string, color?: string, text_color?: string, position?: string, has_shine_effect?: boolean }} BottomButton */

/** What a Mini App has asked of its surroundings; gone when it closes. */
function freshState() {
  return {
    isReady: false,
    isExpanded: true,
    hasBackButton: false,
    hasSettingsButton: false,
    asksBeforeClosing: false,
    headerColour: '',
    bottomColour: '',
    backgroundColour: '',
    isInvoiceOpen: false,
    main: freshButton('Continue'),
    secondary: { ...freshButton('Cancel'), position: 'left' },
  };
}

/**
 * @param {string} text
 * @returns {BottomButton}
 */
function freshButton(text) {
  return { is_visible: false, is_active: true, is_progress_visible: false, text };
}

let state = freshState();
/** @type {HTMLIFrameElement | null} */
let frame = null;
let lastPath = '/';
/** @type {(path: string) => unknown} */
let openTelegramLink = () => {};

const watchSize = new ResizeObserver(() => sendViewport());

/**
 * Opens the Mini App as the client does: launch data in the hash, the page in a frame.
 * @param {string} [url] of a button; only its path counts, because the frame must be of our own origin
 * @param {string} [startParam]
 */
export async function openMiniApp(url = '/', startParam) {
  const { pathname, search } = new URL(url, location.origin);
  lastPath = pathname + search;
  const initData = await signIn(startParam);
  const hash = new URLSearchParams({
    tgWebAppData: initData,
    tgWebAppVersion: VERSION,
    tgWebAppPlatform: settings.platform,
    tgWebAppThemeParams: JSON.stringify(currentTheme()),
  });
  const query =
    startParam === undefined ? search : `${search}${search === '' ? '?' : '&'}tgWebAppStartParam=${startParam}`;

  state = freshState();
  frame?.remove();
  frame = h('iframe', {
    className: 'app__iframe',
    title: 'Mini App',
    src: `${pathname}${query}#${hash}`,
    sandbox:
      'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms allow-modals allow-downloads',
    allow: 'clipboard-write; fullscreen',
  });
  byId('app-frame').replaceChildren(
    h('div', { className: 'app__placeholder', role: 'img', 'aria-label': t('loading') }, icon('globe')),
    frame,
  );
  watchSize.disconnect();
  watchSize.observe(byId('app-frame'));
  setMinimised(false);
  draw();
}

/**
 * @param {string} [startParam]
 * @returns {Promise<string>} what proves to the shop who this user is
 */
export async function signIn(startParam) {
  const user = {
    id: settings.userId,
    first_name: 'Sandbox',
    last_name: 'User',
    username: `user${settings.userId}`,
    language_code: settings.language,
  };
  const input = startParam === undefined ? { user } : { user, start_param: startParam };
  return (await callSandbox('init-data', input)).init_data;
}

export function isMiniAppOpen() {
  return frame !== null;
}

export async function reopenMiniApp() {
  if (frame !== null) await openMiniApp(lastPath);
}

/** @param {boolean} isMinimised */
export function setMinimised(isMinimised) {
  byId('app').hidden = isMinimised || frame === null;
  byId('minimised').hidden = !isMinimised || frame === null;
  updateReach();
  paintStatusBar();
  send('visibility_changed', { is_visible: !isMinimised });
}

function closeMiniApp() {
  frame?.remove();
  frame = null;
  byId('app-frame').replaceChildren();
  setMinimised(true);
}

async function leave() {
  if (state.asksBeforeClosing && !(await confirmWith(t('leaveText'), t('close'), t('leaveTitle')))) return;
  closeMiniApp();
}

function currentTheme() {
  return themeParams(settings.platform, settings.theme);
}

export function sendTheme() {
  send('theme_changed', { theme_params: currentTheme() });
  draw();
}

/**
 * @param {string} eventType
 * @param {unknown} [eventData]
 */
function send(eventType, eventData) {
  frame?.contentWindow?.postMessage(JSON.stringify({ eventType, eventData }), location.origin);
}

function sendViewport() {
  const { clientWidth: width, clientHeight: height } = byId('app-frame');
  send('viewport_changed', { width, height, is_expanded: state.isExpanded, is_state_stable: true });
}

const NO_INSETS = { top: 0, right: 0, bottom: 0, left: 0 };

/**
 * What a Mini App may ask for. Names and fields are those of Telegram Web.
 * @type {Record<string, (data: any) => void | Promise<void>>}
 */
const METHODS = {
  iframe_ready() {},
  iframe_will_reload() {},
  web_app_ready() {
    state.isReady = true;
    draw();
  },
  web_app_expand() {
    state.isExpanded = true;
    sendViewport();
  },
  web_app_request_theme: () => send('theme_changed', { theme_params: currentTheme() }),
  web_app_request_viewport: sendViewport,
  web_app_request_safe_area: () => send('safe_area_changed', NO_INSETS),
  web_app_request_content_safe_area: () => send('content_safe_area_changed', NO_INSETS),
  web_app_setup_back_button({ is_visible }) {
    state.hasBackButton = is_visible === true;
    draw();
  },
  web_app_setup_settings_button({ is_visible }) {
    state.hasSettingsButton = is_visible === true;
  },
  web_app_setup_main_button(data) {
    state.main = { ...state.main, ...data };
    draw();
  },
  web_app_setup_secondary_button(data) {
    state.secondary = { ...state.secondary, ...data };
    draw();
  },
  web_app_setup_closing_behavior({ need_confirmation }) {
    state.asksBeforeClosing = need_confirmation === true;
  },
  web_app_setup_swipe_behavior() {},
  web_app_trigger_haptic_feedback({ type, notification_type: kind }) {
    const phone = document.querySelector('.phone');
    phone?.animate([{ translate: '0' }, { translate: kind === 'error' ? '4px 0' : '1px 0' }, { translate: '0' }], {
      duration: type === 'notification' ? 160 : 70,
      iterations: kind === 'error' ? 2 : 1,
    });
  },
  web_app_set_header_color: ({ color, color_key: key }) => paint('headerColour', color, key),
  web_app_set_background_color: ({ color }) => paint('backgroundColour', color),
  web_app_set_bottom_bar_color: ({ color }) => paint('bottomColour', color),
  async web_app_open_invoice({ slug }) {
    await openInvoice(String(slug));
  },
  async web_app_open_link({ url }) {
    // Telegram closes the app or does nothing for anything but web links.
    if (!/^https?:\/\//.test(url)) return;
    if (await confirmWith(url, t('openLink').replace('?', ''), t('openLink'))) window.open(url, '_blank', 'noopener');
  },
  async web_app_open_tg_link({ path_full: path }) {
    const slug = /^\/(?:\$|invoice\/)([\w-]+)/.exec(path)?.[1];
    if (slug !== undefined) await openInvoice(slug);
    else await openTelegramLink(path);
  },
  async web_app_open_popup(popup) {
    const buttonId = await showPopup(popup);
    send('popup_closed', buttonId === null ? {} : { button_id: buttonId });
  },
  async web_app_request_write_access() {
    const isAllowed = await confirmWith(t('allowWriting'), t('allow'));
    if (isAllowed) await callSandbox('set', { telegram: { user: { id: settings.userId, can_write: true } } });
    send('write_access_requested', { status: isAllowed ? 'allowed' : 'cancelled' });
  },
  web_app_request_phone: () => send('phone_requested', { status: 'cancelled' }),
  async web_app_request_file_download({ url, file_name: name }) {
    const isAllowed = await confirmWith(String(name), t('ok'), t('download'));
    if (isAllowed) h('a', { href: url, download: name }).click();
    send('file_download_requested', { status: isAllowed ? 'downloading' : 'cancelled' });
  },
  web_app_read_text_from_clipboard: ({ req_id }) => send('clipboard_text_received', { req_id, data: null }),
  web_app_check_home_screen: () => send('home_screen_checked', { status: 'unsupported' }),
  web_app_add_to_home_screen: () => send('home_screen_failed', { error: 'UNSUPPORTED' }),
  web_app_request_fullscreen: () => send('fullscreen_failed', { error: 'UNSUPPORTED' }),
  web_app_invoke_custom_method({ req_id, method, params }) {
    try {
      send('custom_method_invoked', { req_id, result: callCloudStorage(method, params) });
    } catch (error) {
      send('custom_method_invoked', { req_id, error: error instanceof Error ? error.message : 'UNKNOWN_ERROR' });
    }
  },
  web_app_close: closeMiniApp,
};

/**
 * @param {'headerColour' | 'backgroundColour' | 'bottomColour'} part
 * @param {string | undefined} colour
 * @param {string} [key] of a theme colour
 */
function paint(part, colour, key) {
  state[part] = colour ?? currentTheme()[key ?? ''] ?? '';
  draw();
}

/** @param {string} slug */
async function openInvoice(slug) {
  // As on Android: a second sheet closes at once.
  if (state.isInvoiceOpen) return send('invoice_closed', { slug, status: 'cancelled' });
  const opener = state;
  opener.isInvoiceOpen = true;
  /** @type {string} */
  let status = 'failed';
  try {
    status = await showInvoice(`https://t.me/$${slug}`);
  } finally {
    opener.isInvoiceOpen = false;
    if (opener === state) send('invoice_closed', { slug, status });
  }
}

/** @type {Map<string, Map<string, string>>} per user, for as long as the page lives */
const cloudStorage = new Map();

/**
 * @param {string} method
 * @param {any} params
 */
function callCloudStorage(method, params) {
  const values = cloudStorage.get(String(settings.userId)) ?? new Map();
  cloudStorage.set(String(settings.userId), values);
  switch (method) {
    case 'saveStorageValue':
      values.set(params.key, params.value);
      return true;
    case 'getStorageValues':
      return Object.fromEntries(params.keys.map((/** @type {string} */ key) => [key, values.get(key) ?? '']));
    case 'deleteStorageValues':
      for (const key of params.keys) values.delete(key);
      return true;
    case 'getStorageKeys':
      return [...values.keys()];
    default:
      throw new Error('METHOD_INVALID');
  }
}

function draw() {
  const theme = currentTheme();
  const app = byId('app');
  const header = state.headerColour || theme['header_bg_color'] || '';
  app.style.setProperty('--app-header', header);
  app.style.setProperty('--app-header-text', isDark(header) ? '#ffffff' : '#000000');
  paintStatusBar();
  app.style.setProperty('--app-background', state.backgroundColour || theme['bg_color'] || '');
  app.style.setProperty('--app-bottom', state.bottomColour || theme['bottom_bar_bg_color'] || '');
  app.classList.toggle('app--ready', state.isReady);

  const leaveButton = byId('app-leave');
  const usesWords = settings.platform === 'ios';
  const label = state.hasBackButton ? t('back') : t('close');
  leaveButton.replaceChildren(icon(state.hasBackButton ? 'back' : 'close'), ...(usesWords ? [label] : []));
  leaveButton.setAttribute('aria-label', label);
  drawButtons(theme);
}

/** The status bar takes the colour of the header below it, the app's or the chat's. */
function paintStatusBar() {
  const { hidden, style } = byId('app');
  const bar = byId('status-bar');
  bar.style.background = hidden ? '' : style.getPropertyValue('--app-header');
  bar.style.color = hidden ? '' : style.getPropertyValue('--app-header-text');
}

/** @param {Record<string, string>} theme */
function drawButtons(theme) {
  const { main, secondary } = state;
  const bar = byId('app-buttons');
  const shown = [];
  if (main.is_visible) {
    shown.push(
      bottomButton(main, 'main_button_pressed', theme['button_color'] ?? '', theme['button_text_color'] ?? ''),
    );
  }
  if (secondary.is_visible) {
    const button = bottomButton(
      secondary,
      'secondary_button_pressed',
      theme['bottom_bar_bg_color'] ?? '',
      theme['button_color'] ?? '',
    );
    if (secondary.position === 'right' || secondary.position === 'bottom') shown.push(button);
    else shown.unshift(button);
  }
  bar.hidden = shown.length === 0;
  bar.classList.toggle('app__buttons--stacked', ['top', 'bottom'].includes(secondary.position ?? ''));
  bar.replaceChildren(...shown);
}

/**
 * @param {BottomButton} button
 * @param {string} event
 * @param {string} colour
 * @param {string} textColour
 */
function bottomButton(button, event, colour, textColour) {
  const element = h(
    'button',
    {
      className: `bottom-button${button.has_shine_effect ? ' bottom-button--shining' : ''}`,
      disabled: !button.is_active || button.is_progress_visible,
      'aria-busy': button.is_progress_visible,
      onclick: () => send(event),
    },
    button.is_progress_visible ? h('span', { className: 'spinner' }) : null,
    h('span', {}, ...withStars(button.text)),
  );
  element.style.background = button.color || colour;
  element.style.color = button.text_color || textColour;
  return element;
}

/** @param {string} colour as #rrggbb */
function isDark(colour) {
  const value = Number.parseInt(colour.slice(1), 16);
  const [red, green, blue] = [value >> 16, (value >> 8) & 255, value & 255];
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

function drawMenu() {
  const menu = byId('app-menu');
  /**
   * @param {string} text
   * @param {() => void} act
   */
  const item = (text, act) => {
    const onclick = () => {
      byId('app-more').focus();
      setMenuOpen(false);
      act();
    };
    return h('button', { role: 'menuitem', onclick }, text);
  };
  menu.replaceChildren(
    ...(state.hasSettingsButton ? [item(t('appSettings'), () => send('settings_button_pressed'))] : []),
    item(t('reload'), () => void reopenMiniApp()),
    item(t('close'), () => void leave()),
  );
}

/** @param {boolean} isOpen */
function setMenuOpen(isOpen) {
  byId('app-menu').hidden = !isOpen;
  byId('app-more').setAttribute('aria-expanded', String(isOpen));
}

function startMenu() {
  const menu = byId('app-menu');
  const opener = byId('app-more');
  opener.addEventListener('click', () => {
    drawMenu();
    setMenuOpen(menu.hidden);
    if (!menu.hidden) menu.firstElementChild.focus();
  });
  menu.addEventListener('keydown', (/** @type {KeyboardEvent} */ { key }) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    if (key === 'Escape') {
      setMenuOpen(false);
      opener.focus();
    } else if (key === 'ArrowDown') items[(at + 1) % items.length].focus();
    else if (key === 'ArrowUp') items.at(at - 1).focus();
  });
  // Into the app's frame too, whose clicks this page does not see.
  menu.addEventListener('focusout', (/** @type {FocusEvent} */ { relatedTarget }) => {
    if (relatedTarget !== opener && !menu.contains(relatedTarget)) setMenuOpen(false);
  });
}

/** @param {(path: string) => unknown} followLink what a link of t.me leads to, if it is no invoice */
export function startMiniAppHost(followLink) {
  openTelegramLink = followLink;
  addEventListener('message', (event) => {
    if (frame === null || event.source !== frame.contentWindow || typeof event.data !== 'string') return;
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    const method = METHODS[message?.eventType];
    if (method === undefined) console.info('Mini App asked for something this client does not know', message);
    else void method(message.eventData ?? {});
  });

  byId('app-leave').addEventListener('click', () => (state.hasBackButton ? send('back_button_pressed') : leave()));
  startMenu();
  byId('minimised').addEventListener('click', () => setMinimised(false));

  // The chat is one swipe away: pulling the header down puts the app below it.
  let pulledFrom = -1;
  const bar = byId('app-bar');
  bar.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => (pulledFrom = event.clientY));
  addEventListener('pointerup', (event) => {
    if (pulledFrom >= 0 && event.clientY - pulledFrom > 60) setMinimised(true);
    pulledFrom = -1;
  });
}

export function startAsNewUser(/** @type {number} */ userId) {
  if (frame !== null) closeMiniApp();
  changeSettings({ userId });
}
