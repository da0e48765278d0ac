import { beforeAll, describe, expect, it, vi } from 'vitest';

const OWN = 'https://shop.example';
const TELEGRAM_WEB = 'https://web.telegram.org';
const INIT_DATA = `user=${encodeURIComponent('{"id":7,"first_name":"Ann","language_code":"ru","allows_write_to_pm":true}')}&start_param=to_TH&auth_date=1700000000&signature=x&hash=x`;

/** Telegram Web as far as the bridge sees it: the page that frames ours. */
const said: { eventType: string; eventData?: unknown; to: string }[] = [];
const client = {
  postMessage: (message: string, to: string) => void said.push({ ...JSON.parse(message), to }),
  location: { origin: TELEGRAM_WEB },
};
const page = new EventTarget();
const style = new Map<string, string>();

function tell(eventType: string, eventData: object, source: object = client): void {
  const data = JSON.stringify({ eventType, eventData });
  page.dispatchEvent(Object.assign(new Event('message'), { data, source, origin: TELEGRAM_WEB }));
}

let telegram: typeof import('../../../src/telegram.ts');

beforeAll(async () => {
  const launch = new URLSearchParams({
    tgWebAppData: INIT_DATA,
    tgWebAppVersion: '8.0',
    tgWebAppPlatform: 'weba',
    tgWebAppThemeParams: '{"bg_color":"#101010","secondary_bg_color":"#202020"}',
  });
  const location = { href: `${OWN}/#${launch}`, hash: `#${launch}`, origin: OWN, ancestorOrigins: [TELEGRAM_WEB] };
  const document = Object.assign(new EventTarget(), {
    referrer: '',
    visibilityState: 'visible',
    documentElement: { dataset: {}, style: { setProperty: (name: string, value: string) => style.set(name, value) } },
  });
  // A page's window is its global object. There is no sessionStorage, as where a browser keeps it from third parties.
  const globals = {
    window: globalThis,
    self: globalThis,
    top: client,
    parent: client,
    location,
    document,
    navigator: { userAgent: 'Test' },
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  telegram = await import('../../../src/telegram.ts');
  telegram.startTelegram();
});

describe('the bridge to Telegram', () => {
  it('reads who opened the app, where and to see what', () => {
    const { isTelegram, initData, startParam, platform, userLanguage, canBotWrite } = telegram;
    expect({ isTelegram, initData, startParam, platform, userLanguage, canBotWrite: canBotWrite.value }).toEqual({
      isTelegram: true,
      initData: INIT_DATA,
      startParam: 'to_TH',
      platform: 'weba',
      userLanguage: 'ru',
      canBotWrite: true,
    });
  });

  it('speaks to the page that frames it, and to no other', () => {
    expect(said.map(({ eventType }) => eventType)).toContain('iframe_ready');
    expect(new Set(said.map(({ to }) => to))).toEqual(new Set([TELEGRAM_WEB]));
  });

  it('follows the theme', () => {
    expect(style.get('--tg-theme-bg-color')).toBe('#101010');
    expect(document.documentElement.dataset['scheme']).toBe('dark');
    tell('theme_changed', { theme_params: { bg_color: '#ffffff' } });
    expect(style.get('--tg-theme-bg-color')).toBe('#ffffff');
    expect(document.documentElement.dataset['scheme']).toBe('light');
  });

  it('hears a press of the button it has set last', () => {
    const presses: string[] = [];
    telegram.setMainButton({ text: 'Buy', onPress: () => presses.push('buy') });
    telegram.setMainButton({ text: 'Pay', onPress: () => presses.push('pay') });
    expect(said.at(-1)).toMatchObject({ eventType: 'web_app_setup_main_button', eventData: { text: 'Pay' } });
    tell('main_button_pressed', {});
    telegram.setMainButton(null);
    tell('main_button_pressed', {});
    expect(presses).toEqual(['pay']);
  });

  it('gives back to what lies over the screen, and shows the screen’s own buttons again after it', () => {
    const presses: string[] = [];
    const shown = (type: string) => said.findLast(({ eventType }) => eventType === type)?.eventData;
    telegram.setBackButton(null);
    telegram.setMainButton({ text: 'Top up', onPress: () => {} });
    const uncover = telegram.coverScreen(() => presses.push('close'));
    expect(shown('web_app_setup_main_button')).toMatchObject({ is_visible: false });
    expect(shown('web_app_setup_back_button')).toEqual({ is_visible: true });
    telegram.setBackButton(() => presses.push('leave'));
    telegram.setMainButton({ text: 'Top up again', onPress: () => {} });
    expect(shown('web_app_setup_main_button')).toMatchObject({ is_visible: false });
    tell('back_button_pressed', {});
    uncover();
    tell('back_button_pressed', {});
    expect(presses).toEqual(['close', 'leave']);
    expect(shown('web_app_setup_main_button')).toMatchObject({ is_visible: true, text: 'Top up again' });
    telegram.setBackButton(null);
    telegram.setMainButton(null);
  });

  it('tells how the payment of this invoice ended, not of another', async () => {
    const outcome = telegram.openInvoice('https://t.me/$own_slug');
    expect(said.at(-1)).toMatchObject({ eventType: 'web_app_open_invoice', eventData: { slug: 'own_slug' } });
    tell('invoice_closed', { slug: 'other_slug', status: 'failed' });
    tell('invoice_closed', { slug: 'own_slug', status: 'paid' });
    expect(await outcome).toBe('paid');
  });

  it('leaves to the server what a client reports in unknown words, and opens nothing that is no invoice', async () => {
    const outcome = telegram.openInvoice('https://t.me/$own_slug');
    tell('invoice_closed', { slug: 'own_slug', status: 'settled' });
    expect(await outcome).toBe('unknown');
    expect(await telegram.openInvoice('https://example.com/')).toBe('unknown');
  });

  it.each(['pointerdown', 'focus'])(
    'takes the sheet for closed on %s, unless the client soon says more',
    async (touch) => {
      vi.useFakeTimers();
      try {
        const silent = telegram.openInvoice('https://t.me/$own_slug');
        page.dispatchEvent(new Event(touch));
        await vi.advanceTimersByTimeAsync(5_000);
        expect(await silent).toBe('unknown');
        const late = telegram.openInvoice('https://t.me/$own_slug');
        page.dispatchEvent(new Event(touch));
        tell('invoice_closed', { slug: 'own_slug', status: 'cancelled' });
        await vi.advanceTimersByTimeAsync(5_000);
        expect(await late).toBe('cancelled');
      } finally {
        vi.useRealTimers();
      }
    },
  );
});
