import type { Esim, EsimState } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { formatBytes, formatDateTime, formatDays } from '../../../lib/i18n/format.ts';
import { isBeforeUse, isInPhone, isOff, stateTone } from '../../esim-words.ts';
import { planSize } from '../../plan-words.ts';
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

const WAITS_OR_RUNS = new Set(['processing', 'queued', 'active']);

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
      () => esim().state,
      (state) => renderActions(esim, state, controller, context, onScreen),
    ),
    swap(
      () => esim().bundles.length > 0,
      (hasAny) => (hasAny ? renderPlans(esim, language) : null),
    ),
    h('p', { class: 'caption current-esim__number' }, () => messages.number(esim().iccid_last4)),
  ];
}

/** Without what the main button does: it installs a new eSIM, tops up one that was used, and writes to us about one that is off. */
function renderActions(
  esim: () => Esim,
  state: EsimState,
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
      isBeforeUse(state) ? row('plus', actions.topUp, () => router.navigate(`${path}/top-up`)) : null,
      state === 'not_installed' || isInPhone(state)
        ? row('qr', actions.qr, () => onScreen(() => showQr(esim(), context)))
        : null,
      state === 'live' ? row('phone', actions.turnOn, () => router.navigate(`${path}/install`)) : null,
      state === 'deactivated' || state === 'unavailable'
        ? row('plus', actions.newEsim, () => router.navigate(`/to/${esim().country_code}`))
        : null,
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
              const { ends_at: endsAt, state } = bundle();
              if (isOff(esim().state) && WAITS_OR_RUNS.has(state)) return messages.stopped;
              if (state === 'queued') return isNext(bundle(), esim()) ? messages.notStarted : messages.afterPrevious;
              const until = endsAt ? ` · ${messages.until(formatDateTime(language, new Date(endsAt)))}` : '';
              return `${bundleState(state, language)}${until}`;
            },
          }),
      ),
    ),
  );
}

function bundleLine(bundle: Esim['bundles'][number], language: Language): string {
  const size = bundle.unlimited
    ? planSize({ data_mb: null, tier: bundle.tier ?? 'other' }, language)
    : bundle.initial_bytes === null
      ? ''
      : formatBytes(language, bundle.initial_bytes);
  // The name is the supplier's; its number of days is the one thing said nowhere else.
  const [, days] = /_(\d+)D_/.exec(bundle.bundle_name) ?? [];
  return [size, days === undefined ? '' : formatDays(language, Number(days))].filter((part) => part !== '').join(' · ');
}

/** Nothing is in use and nothing waits before it, so that the next connection begins it. */
function isNext(bundle: Esim['bundles'][number], { bundles }: Esim): boolean {
  return bundles.find(({ state }) => state === 'active' || state === 'queued') === bundle;
}

function bundleState(state: string, language: Language): string {
  const { state: known, unknown } = detailsMessages[language];
  return state in known ? known[state as keyof typeof known] : unknown;
}
