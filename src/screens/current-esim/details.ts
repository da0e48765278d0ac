import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { formatBytes, formatDateTime, formatDays } from '../../../lib/i18n/format.ts';
import { planMessages } from '../../../lib/i18n/plan-messages.ts';
import { canTopUp, isBeforeUse, stateTone } from '../../esim-words.ts';
import type { ScreenContext } from '../../screen.ts';
import { callout } from '../../ui/callout.ts';
import { section } from '../../ui/card.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { laterInScope } from '../../ui/scope.ts';
import type { CurrentEsim } from './controller.ts';
import { showQr } from './qr-sheet.ts';
import { detailsMessages } from './details-messages.ts';

/** What its state means, what can be done with it, and what it holds. */
export function renderDetails(esim: () => Esim, controller: CurrentEsim, context: ScreenContext): Child {
  const { language } = context;
  const messages = detailsMessages[language];
  const onScreen = laterInScope();
  return [
    swap(
      () => esim().state,
      (state) => {
        const text = messages.sentence[state];
        return text === null ? null : callout(stateTone(state), state === 'installed' ? 'plane' : 'info', text);
      },
    ),
    swap(
      () => canTopUp(esim().state),
      (isToppable) => renderActions(esim, isToppable, controller, context, onScreen),
    ),
    renderPlans(esim, language),
    h('p', { class: 'caption current-esim__number' }, () => messages.number(esim().iccid_last4)),
  ];
}

function renderActions(
  esim: () => Esim,
  isToppable: boolean,
  controller: CurrentEsim,
  context: ScreenContext,
  onScreen: (run: () => void) => void,
): HTMLElement {
  const { language, router } = context;
  const { actions } = detailsMessages[language];
  const path = `/esims/${esim().id}`;
  const row = (iconName: IconName, title: string, onPress: () => void) =>
    listRow({ leading: icon(iconName), title, onPress });
  return section(
    {},
    h('h2', { class: 'visually-hidden' }, actions.title),
    list(
      isToppable ? row('plus', actions.topUp, () => router.navigate(`${path}/top-up`)) : null,
      row('qr', actions.qr, () => onScreen(() => showQr(esim(), context))),
      row('phone', actions.install, () => router.navigate(`${path}/install`)),
      row('help', actions.trouble, () => router.navigate(`${path}/trouble`)),
      row(
        'pencil',
        actions.rename,
        () =>
          void import('./rename-sheet.ts').then(
            ({ showRename }) => onScreen(() => showRename(esim(), controller, language)),
            () => {},
          ),
      ),
    ),
  );
}

/** What was bought for this eSIM, and where each of it stands. */
function renderPlans(esim: () => Esim, language: Language): HTMLElement {
  const messages = detailsMessages[language];
  return section(
    { title: messages.title },
    list(
      each(
        () => esim().bundles,
        (bundle) => `${bundle.order_id ?? ''} ${bundle.bundle_name}`,
        (bundle) =>
          listRow({
            title: () => bundleLine(bundle(), language),
            subtitle: () => {
              const { ends_at: endsAt } = bundle();
              const until = endsAt ? ` · ${messages.until(formatDateTime(language, new Date(endsAt)))}` : '';
              const isFirst = isBeforeUse(esim().state) && bundle().state === 'queued';
              return isFirst ? messages.notStarted : `${bundleState(bundle().state, language)}${until}`;
            },
          }),
      ),
    ),
  );
}

function bundleLine(bundle: Esim['bundles'][number], language: Language): string {
  const size = bundle.unlimited
    ? planMessages[language].unlimited
    : bundle.initial_bytes === null
      ? ''
      : formatBytes(language, bundle.initial_bytes);
  // The name is the supplier's; its number of days is the one thing said nowhere else.
  const [, days] = /_(\d+)D_/.exec(bundle.bundle_name) ?? [];
  return [size, days === undefined ? '' : formatDays(language, Number(days))].filter((part) => part !== '').join(' · ');
}

/** A state that is new at the supplier is shown as it came. */
function bundleState(state: string, language: Language): string {
  const known: Readonly<Record<string, string>> = detailsMessages[language].state;
  return known[state] ?? state;
}
