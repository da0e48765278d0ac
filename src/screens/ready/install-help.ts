import './install-help.css';
import type { Language } from '../../../lib/contract/session.ts';
import type { InstallKind } from '../../install-kind.ts';
import { accordion } from '../../ui/accordion.ts';
import { card } from '../../ui/card.ts';
import { copyField } from '../../ui/copy-field.ts';
import { h, type Child } from '../../ui/dom.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { installHelpMessages } from './install-help-messages.ts';

/** The steps, by the button below where there is one, and the codes to enter by hand. */
export function installHelp(activationCode: string, language: Language, kind: InstallKind): Child {
  const messages = installHelpMessages[language];
  const drawings: readonly IconName[] = ['wifi', 'plus', kind === 'other' ? 'qr' : 'sim', 'plane'];
  const [, address = '', code = ''] = activationCode.split('$');
  return card(
    accordion(
      messages.howTo,
      () => [
        h(
          'ol',
          { class: 'install-steps' },
          messages.steps[kind].map((text, index) =>
            h(
              'li',
              { class: 'install-steps__step' },
              h('span', { class: 'install-steps__phone' }, icon(drawings[index] ?? 'check')),
              h('span', null, text),
            ),
          ),
        ),
        kind === 'other' ? null : h('p', { class: 'caption' }, messages.didNotOpen),
      ],
      { isOpen: true },
    ),
    accordion(messages.manual, () => [
      h(
        'div',
        { class: 'install-codes' },
        copyField(messages.address, address, language),
        copyField(messages.code, code, language),
        copyField(messages.full, activationCode, language),
      ),
      h('p', { class: 'caption' }, messages.secret),
    ]),
  );
}
