// @ts-check
import { byId, h, icon } from './dom.js';
import { callSandbox } from './sandbox-api.js';
import { settings } from './settings.js';
import { formatStars, t, withStars } from './strings.js';

/** @param {string} text */
export function toast(text) {
  const element = h('div', { className: 'toast' }, ...withStars(text));
  byId('toasts').append(element);
  setTimeout(() => element.remove(), 2_500);
}

/** What cannot be reached: the chat below an open app, and everything below a dialog. */
export function updateReach() {
  const hasDialog = byId('sheets').childElementCount > 0;
  byId('app').inert = hasDialog;
  byId('chat').inert = hasDialog || !byId('app').hidden;
}

/**
 * A dialog over the phone. Resolves when `close` is called; a tap outside or Escape closes with `outside`.
 * @template Result
 * @param {string} className
 * @param {Result} outside
 * @param {(close: (result: Result) => void) => HTMLElement[]} build
 * @returns {Promise<Result>}
 */
function openOver(className, outside, build) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const backdrop = h('div', { className: `backdrop backdrop--${className}` });
    /** @param {Result} result */
    const close = (result) => {
      backdrop.remove();
      updateReach();
      if (before instanceof HTMLElement) before.focus();
      resolve(result);
    };
    const dialog = h('div', { className, role: 'dialog', 'aria-modal': 'true', tabIndex: -1 }, ...build(close));
    dialog.setAttribute('aria-label', dialog.querySelector('h2, strong, p')?.textContent ?? '');
    backdrop.addEventListener('click', (/** @type {Event} */ event) => event.target === backdrop && close(outside));
    backdrop.addEventListener(
      'keydown',
      (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && close(outside),
    );
    backdrop.append(dialog);
    byId('sheets').append(backdrop);
    updateReach();
    dialog.focus();
  });
}

/**
 * @param {{ title?: string, message: string, buttons: { id?: string, type?: string, text?: string }[] }} popup as in `web_app_open_popup`
 * @returns {Promise<string | null>} the id of the button, or null if it was put away
 */
export function showPopup({ title, message, buttons }) {
  /** @type {Record<string, string>} */
  const ownTexts = { ok: t('ok'), close: t('close'), cancel: t('cancel') };
  return openOver('popup', /** @type {string | null} */ (null), (close) => [
    h(
      'div',
      { className: 'popup__text' },
      title && h('strong', {}, ...withStars(title)),
      h('p', {}, ...withStars(message)),
    ),
    h(
      'div',
      { className: 'popup__buttons' },
      ...buttons.map((button) =>
        h(
          'button',
          {
            className: button.type === 'destructive' ? 'popup__button popup__button--destructive' : 'popup__button',
            onclick: () => close(button.id ?? ''),
          },
          ...withStars(ownTexts[button.type ?? ''] ?? button.text ?? t('ok')),
        ),
      ),
    ),
  ]);
}

/**
 * @param {string} message
 * @param {string} yes
 * @param {string} [title]
 */
export async function confirmWith(message, yes, title) {
  const buttons = [
    { id: 'yes', text: yes },
    { id: '', type: 'cancel' },
  ];
  return (await showPopup(title === undefined ? { message, buttons } : { title, message, buttons })) === 'yes';
}

/**
 * The payment sheet.
 * @param {string} invoiceUrl
 * @returns {Promise<'paid' | 'failed' | 'cancelled'>}
 */
export async function showInvoice(invoiceUrl) {
  const input = { invoice_url: invoiceUrl, user_id: settings.userId };
  const { invoice, stars } = await callSandbox('pay', { ...input, preview: true });
  if (invoice === null) {
    toast(t('unknownInvoice'));
    return 'failed';
  }
  return openOver('sheet', /** @type {'paid' | 'failed' | 'cancelled'} */ ('cancelled'), (close) => {
    const error = h('p', { className: 'sheet__error', role: 'alert', hidden: true });
    /** @param {string} text */
    const refuse = (text) => {
      error.textContent = text;
      error.hidden = false;
    };
    const payLabel = () => withStars(`${t('pay')} ${formatStars(invoice.amount)}`);
    const payButton = h(
      'button',
      {
        className: 'button button--wide',
        onclick: async () => {
          payButton.disabled = true;
          payButton.textContent = t('paying');
          try {
            const { status, error: reason } = await callSandbox('pay', input);
            if (status === 'paid') toast(t('paid'));
            else toast(reason === 'not enough Stars' ? t('notEnough') : (reason ?? status));
            close(status);
          } catch (failure) {
            payButton.disabled = false;
            payButton.replaceChildren(...payLabel());
            refuse(String(failure));
          }
        },
      },
      ...payLabel(),
    );
    return [
      h('span', { className: 'sheet__grabber' }),
      h('p', { className: 'sheet__balance' }, t('balance'), h('b', {}, ...withStars(formatStars(stars)))),
      h('span', { className: 'sheet__star' }, icon('star')),
      h('h2', {}, t('payTitle')),
      h('p', { className: 'sheet__title' }, invoice.title),
      h('p', { className: 'sheet__description' }, invoice.description),
      error,
      payButton,
      h('button', { className: 'button button--plain button--wide', onclick: () => close('cancelled') }, t('cancel')),
    ];
  });
}
