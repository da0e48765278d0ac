import './refresh-button.css';
import type { Language } from '../../lib/contract/session.ts';
import { haptic } from '../telegram.ts';
import { h } from './dom.ts';
import { icon } from './icon.ts';

const LABEL: Record<Language, string> = { en: 'Update', ru: 'Обновить' };

export function refreshButton(isBusy: () => boolean, refresh: () => void, language: Language): HTMLElement {
  return h(
    'button',
    {
      class: () => `refresh-button${isBusy() ? ' refresh-button--busy' : ''}`,
      type: 'button',
      'aria-label': LABEL[language],
      'aria-busy': isBusy,
      on: {
        click: () => {
          haptic.tap();
          refresh();
        },
      },
    },
    icon('refresh'),
  );
}
