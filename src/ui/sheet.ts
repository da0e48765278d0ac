import './sheet.css';
import { h, type Child } from './dom.ts';
import { icon } from './icon.ts';
import { coverScreen } from '../telegram.ts';
import { onDispose, scope } from './scope.ts';

/**
 * A page that slides up from below over the screen. Resolves when it is closed; what it holds is left then. Telegram's
 * back closes it, and so does leaving the scope that it was opened in.
 */
export function showSheet(title: string, closeLabel: string, content: (close: () => void) => Child): Promise<void> {
  return new Promise((resolve) => {
    const { result: dialog, dispose } = scope(() => {
      const close = () => dialogElement.close();
      const dialogElement: HTMLDialogElement = h(
        'dialog',
        {
          class: 'sheet',
          'aria-label': title,
          on: { click: (event) => event.target === dialogElement && close() },
        },
        h(
          'div',
          { class: 'sheet__body' },
          h('div', { class: 'sheet__grabber', 'aria-hidden': 'true' }),
          h(
            'div',
            { class: 'sheet__head' },
            h('h2', { class: 'sheet__title' }, title),
            h(
              'button',
              { class: 'sheet__close', type: 'button', 'aria-label': closeLabel, on: { click: close } },
              icon('close'),
            ),
          ),
          content(close),
        ),
      );
      return dialogElement;
    });
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      dialog.removeEventListener('close', end);
      uncover();
      dispose();
      dialog.remove();
      resolve();
    };
    // Not owned by the sheet's own scope: closing is what ends that.
    dialog.addEventListener('close', end);
    document.body.append(dialog);
    dialog.showModal();
    const uncover = coverScreen(() => dialog.close());
    onDispose(end);
  });
}
