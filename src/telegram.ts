import './session-storage.ts';
import { signal } from '@preact/signals-core';
import {
  createPostEvent,
  on,
  retrieveRawLaunchParams,
  supports,
  targetOrigin,
  type MethodName,
} from '@telegram-apps/sdk';

const TELEGRAM_WEB = 'https://web.telegram.org';
/** How long after coming back into view, or a touch, the client may take to tell how the payment went. */
const INVOICE_EVENT_GRACE_MS = 1_500;
const TOUCHES = ['pointerdown', 'focus'] as const;
const ANSWER_TIMEOUT_MS = 60_000;

const OUTCOMES = ['paid', 'pending', 'cancelled', 'failed'] as const;
/** `unknown` when the client did not say; then only the server can. */
export type PaymentOutcome = (typeof OUTCOMES)[number] | 'unknown';

export interface BottomButton {
  text: string;
  isEnabled?: boolean;
  isBusy?: boolean;
  hasShine?: boolean;
  position?: 'left' | 'right' | 'top' | 'bottom';
  onPress(): void;
}

interface LaunchParams {
  initData: string;
  version: string;
  platform: string;
  startParam: string | null;
  theme: Record<string, unknown>;
  userLanguage: string | null;
  canBotWrite: boolean;
}

const launch = readLaunchParams();

export const isTelegram = launch !== null;
/** Proves who the user is; goes to our server unread. */
export const initData = launch?.initData ?? '';
export const startParam = launch?.startParam ?? null;
export const userLanguage = launch?.userLanguage ?? null;
/** `ios`, `android`, `android_x`, `macos`, `tdesktop`, `weba`, `webk` … */
export const platform = launch?.platform ?? 'unknown';
export const canBotWrite = signal(launch?.canBotWrite ?? false);
/** Said in this opening of the app: asking at once again would only annoy. */
export const isWritingRefused = signal(false);

const version = launch?.version ?? '0';
/** A page opened with launch data in an ordinary browser has nobody to tell; the SDK would throw at each word. */
const post: ReturnType<typeof createPostEvent> = hasClient() ? createPostEvent(version, () => {}) : () => {};

/** Old or weak Android phones say so at the end of their user agent; they get no animations. */
export const isSlowDevice = /Telegram-Android\/.*\bLOW\)?$/.test(navigator.userAgent);

/** Tells Telegram that there is something to see, and follows its theme and its edges from then on. */
export function startTelegram(): void {
  if (!launch) return;
  targetOrigin.set(framingOrigin());
  applyTheme(launch.theme);
  on('theme_changed', ({ theme_params: theme }) => applyTheme(theme));
  on('viewport_changed', ({ height, is_state_stable: isStable }) => {
    setVar('--tg-viewport-height', `${height}px`);
    if (isStable) setVar('--tg-viewport-stable-height', `${height}px`);
  });
  on('safe_area_changed', (insets) => applyInsets('--tg-safe-area-inset', insets));
  on('content_safe_area_changed', (insets) => applyInsets('--tg-content-safe-area-inset', insets));
  on('back_button_pressed', () => (covers.at(-1) ?? onBack)?.());
  on('settings_button_pressed', () => onSettings?.());
  on('main_button_pressed', () => buttons.main?.onPress());
  on('secondary_button_pressed', () => buttons.secondary?.onPress());
  if (isFramed()) post('iframe_ready', { reload_supported: true });
  on('reload_iframe', () => {
    post('iframe_will_reload');
    location.reload();
  });
  post('web_app_expand');
  post('web_app_request_viewport');
  post('web_app_request_safe_area');
  post('web_app_request_content_safe_area');
}

/** Called when the first skeleton stands; until then Telegram shows its own placeholder. */
export function ready(): void {
  if (launch) post('web_app_ready');
}

export function canDo(method: MethodName): boolean {
  return isTelegram && supports(method, version);
}

// --- Buttons ---------------------------------------------------------------------------------------------------------

let onBack: (() => void) | null = null;
let onSettings: (() => void) | null = null;
const buttons: { main: BottomButton | null; secondary: BottomButton | null } = { main: null, secondary: null };
/** How to close each thing that lies over the screen, the uppermost last. */
const covers: (() => void)[] = [];

/** Null hides it. Android's own back gesture reaches the app only while the button is shown. */
export function setBackButton(press: (() => void) | null): void {
  onBack = press;
  showBackButton();
}

export function setSettingsButton(press: (() => void) | null): void {
  onSettings = press;
  post('web_app_setup_settings_button', { is_visible: press !== null });
}

export function setMainButton(button: BottomButton | null): void {
  buttons.main = button;
  showMainButton();
}

export function setSecondaryButton(button: BottomButton | null): void {
  buttons.secondary = button;
  showSecondaryButton();
}

/** While something lies over the screen, back closes it and the screen's own buttons are away. Returns how to end that. */
export function coverScreen(close: () => void): () => void {
  const show = () => {
    showBackButton();
    showMainButton();
    showSecondaryButton();
  };
  covers.push(close);
  show();
  return () => {
    covers.splice(covers.indexOf(close), 1);
    show();
  };
}

function showBackButton(): void {
  post('web_app_setup_back_button', { is_visible: onBack !== null || covers.length > 0 });
}

function showMainButton(): void {
  const button = covers.length > 0 ? null : buttons.main;
  post('web_app_setup_main_button', { ...buttonParams(button), has_shine_effect: button?.hasShine ?? false });
}

function showSecondaryButton(): void {
  const button = covers.length > 0 ? null : buttons.secondary;
  post('web_app_setup_secondary_button', { ...buttonParams(button), position: button?.position ?? 'bottom' });
}

/** All fields each time: Android takes a missing one for false. */
function buttonParams(button: BottomButton | null) {
  return {
    is_visible: button !== null,
    is_active: button !== null && button.isEnabled !== false && button.isBusy !== true,
    is_progress_visible: button?.isBusy ?? false,
    ...(button && { text: button.text }),
  };
}

// --- Asking and telling ----------------------------------------------------------------------------------------------

export const haptic = {
  tap: () => post('web_app_trigger_haptic_feedback', { type: 'impact', impact_style: 'light' }),
  select: () => post('web_app_trigger_haptic_feedback', { type: 'selection_change' }),
  success: () => post('web_app_trigger_haptic_feedback', { type: 'notification', notification_type: 'success' }),
  error: () => post('web_app_trigger_haptic_feedback', { type: 'notification', notification_type: 'error' }),
};

export function setClosingConfirmation(isNeeded: boolean): void {
  post('web_app_setup_closing_behavior', { need_confirmation: isNeeded });
}

/**
 * Opens Telegram's payment sheet. The answer only says where to go next; whether money moved is the server's to know.
 * Some clients lose the closing event, so coming back into view answers too, and so does a touch: while the sheet is
 * open nobody reaches what is under it.
 */
export function openInvoice(url: string): Promise<PaymentOutcome> {
  const slug = /(?:\/\$|\/invoice\/)([\w-]+)/.exec(url)?.[1];
  if (slug === undefined || !canDo('web_app_open_invoice')) return Promise.resolve('unknown');
  return new Promise((resolve) => {
    let wasHidden = false;
    let grace: ReturnType<typeof setTimeout> | undefined;
    const finish = (outcome: PaymentOutcome) => {
      clearTimeout(grace);
      stopInvoice();
      stopVisibility();
      document.removeEventListener('visibilitychange', onDocument);
      for (const name of TOUCHES) removeEventListener(name, onTouch, true);
      resolve(outcome);
    };
    const onTouch = () => void (grace ??= setTimeout(() => finish('unknown'), INVOICE_EVENT_GRACE_MS));
    const onVisible = (isVisible: boolean) => {
      if (!isVisible) wasHidden = true;
      else if (wasHidden) onTouch();
    };
    const onDocument = () => onVisible(document.visibilityState === 'visible');
    const stopInvoice = on('invoice_closed', (closed) => {
      if (closed.slug === slug) finish(OUTCOMES.find((outcome) => outcome === closed.status) ?? 'unknown');
    });
    const stopVisibility = on('visibility_changed', ({ is_visible: isVisible }) => onVisible(isVisible));
    document.addEventListener('visibilitychange', onDocument);
    for (const name of TOUCHES) addEventListener(name, onTouch, true);
    post('web_app_open_invoice', { slug });
  });
}

/** Must be called within a tap: Telegram ignores links that no finger asked for. */
export function openLink(url: string): void {
  if (isTelegram) post('web_app_open_link', { url });
  else window.open(url, '_blank', 'noopener');
}

/** `https://t.me/…`; the app stays open behind it. */
export function openTelegramLink(url: string): void {
  const { pathname, search } = new URL(url);
  if (canDo('web_app_open_tg_link')) post('web_app_open_tg_link', { path_full: pathname + search });
  else openLink(url);
}

/** Without it the bot cannot send the eSIM to a person who never wrote to it. */
export async function requestWriteAccess(): Promise<boolean> {
  if (canBotWrite.value) return true;
  if (!canDo('web_app_request_write_access')) return false;
  const answered = nextEvent(false, (answer) =>
    on('write_access_requested', ({ status }) => answer(status === 'allowed')),
  );
  post('web_app_request_write_access');
  canBotWrite.value = await answered;
  isWritingRefused.value = !canBotWrite.value;
  return canBotWrite.value;
}

export function close(): void {
  post('web_app_close');
}

function nextEvent<Answer>(
  otherwise: Answer,
  listen: (answer: (value: Answer) => void) => () => void,
): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(otherwise), ANSWER_TIMEOUT_MS);
    const finish = (value: Answer) => {
      clearTimeout(timer);
      stop();
      resolve(value);
    };
    const stop = listen(finish);
  });
}

// --- The page --------------------------------------------------------------------------------------------------------

function applyTheme(theme: Record<string, unknown>): void {
  for (const [name, colour] of Object.entries(theme)) {
    if (typeof colour === 'string') setVar(`--tg-theme-${name.replaceAll('_', '-')}`, colour);
  }
  const background = theme['bg_color'];
  document.documentElement.dataset['scheme'] = isColour(background) && isDark(background) ? 'dark' : 'light';
  // The page lies on the secondary background, so what Telegram draws around it does too.
  const around = theme['secondary_bg_color'];
  if (!isColour(around)) return;
  if (supports('web_app_set_header_color', 'color', version)) post('web_app_set_header_color', { color: around });
  else post('web_app_set_header_color', { color_key: 'secondary_bg_color' });
  post('web_app_set_background_color', { color: around });
  post('web_app_set_bottom_bar_color', { color: around });
}

function isColour(value: unknown): value is `#${string}` {
  return typeof value === 'string' && /^#[\da-f]{6}$/i.test(value);
}

function isDark(colour: string): boolean {
  const value = Number.parseInt(colour.slice(1), 16);
  return 0.299 * (value >> 16) + 0.587 * ((value >> 8) & 255) + 0.114 * (value & 255) < 120;
}

function applyInsets(name: string, insets: Record<'top' | 'right' | 'bottom' | 'left', number>): void {
  for (const side of ['top', 'right', 'bottom', 'left'] as const) setVar(`${name}-${side}`, `${insets[side]}px`);
}

function setVar(name: string, value: string): void {
  document.documentElement.style.setProperty(name, value);
}

// --- Launch ----------------------------------------------------------------------------------------------------------

function readLaunchParams(): LaunchParams | null {
  let params: URLSearchParams;
  try {
    params = new URLSearchParams(retrieveRawLaunchParams());
  } catch {
    return null;
  }
  const data = params.get('tgWebAppData');
  if (!data) return null;
  const signed = new URLSearchParams(data);
  const user = parseObject(signed.get('user'));
  const language = user['language_code'];
  return {
    initData: data,
    version: params.get('tgWebAppVersion') ?? '6.0',
    platform: params.get('tgWebAppPlatform') ?? 'unknown',
    startParam: signed.get('start_param') ?? params.get('tgWebAppStartParam'),
    theme: parseObject(params.get('tgWebAppThemeParams')),
    userLanguage: typeof language === 'string' ? language : null,
    canBotWrite: user['allows_write_to_pm'] === true,
  };
}

function parseObject(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}

function hasClient(): boolean {
  return isFramed() || 'TelegramWebviewProxy' in window || 'notify' in (window.external ?? {});
}

function isFramed(): boolean {
  return window.parent !== window;
}

/** Our own pages or Telegram Web, nobody else; the page's policy lets nobody else frame it either. */
function framingOrigin(): string {
  const [ancestor] = location.ancestorOrigins ?? [];
  const origin = ancestor ?? (document.referrer === '' ? null : new URL(document.referrer).origin) ?? parentOrigin();
  return origin === location.origin ? location.origin : TELEGRAM_WEB;
}

/** Readable only if it is ours. */
function parentOrigin(): string | null {
  try {
    return window.parent.location.origin;
  } catch {
    return null;
  }
}
