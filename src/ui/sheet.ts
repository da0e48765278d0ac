import './sheet.css';
import { h, type Child } from './dom.ts';
import { icon } from './icon.ts';
import { scope } from './scope.ts';

/** A page that slides up from below over the screen. Resolves when it is closed; what it holds is left then. */
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
    // Not owned by the scope: closing is what ends the scope.
    dialog.addEventListener('close', () => {
      dispose();
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
