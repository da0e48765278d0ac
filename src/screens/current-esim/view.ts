import './current-esim.css';
import type { Esim } from '../../../lib/contract/esim.ts';
import { formatBytes, formatDateTime } from '../../../lib/i18n/format.ts';
import { planMessages } from '../../../lib/i18n/plan-messages.ts';
import {
  esimName,
  fairUseWords,
  inAllWords,
  isBeforeUse,
  isOff,
  nextWords,
  ringTone,
  shareLeft,
  stateName,
  stateTone,
  timeLeft,
  toUseWords,
} from '../../esim-words.ts';
import { placeName } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import type { ScreenContext } from '../../screen.ts';
import { callout } from '../../ui/callout.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { freshness } from '../../ui/freshness.ts';
import { mainButton } from '../../ui/main-button.ts';
import { ring } from '../../ui/ring.ts';
import { skeletonBlock, skeletonList } from '../../ui/skeleton.ts';
import { stateChip } from '../../ui/state-chip.ts';
import { valueOf } from '../../resource.ts';
import type { CurrentEsim } from './controller.ts';
import { renderDetails } from './details.ts';
import { currentEsimMessages } from './messages.ts';
import { openEsim } from './open-esim.ts';
import { wayOn } from './way-on.ts';

export function render(context: ScreenContext): HTMLElement {
  const controller = openEsim(context);
  mainButton(() => {
    const esim = valueOf(controller.esim);
    return esim && primaryAction(esim, context);
  });
  return h(
    'div',
    { class: 'current-esim' },
    faces(controller.esim, context, {
      loading: () => h('div', { class: 'current-esim__parts' }, skeletonBlock(56), skeletonBlock(318), skeletonList(5)),
      ready: (esim) => renderEsim(esim, controller, context),
    }),
  );
}

function primaryAction({ id, state }: Esim, context: ScreenContext) {
  if (!isBeforeUse(state)) return wayOn({ id, state }, context);
  return {
    text: toUseWords(state, context.language),
    onPress: () => context.router.navigate(`/esims/${id}/install`),
  };
}

function renderEsim(esim: () => Esim, controller: CurrentEsim, context: ScreenContext): Child {
  const { language } = context;
  const messages = currentEsimMessages[language];
  return h(
    'div',
    { class: 'current-esim__parts' },
    h(
      'header',
      { class: 'current-esim__header' },
      flag(esim().country_code, { isLarge: true }),
      h(
        'div',
        { class: 'current-esim__names' },
        h('h1', { class: 'screen__title' }, () => esimName(esim(), language)),
        h(
          'p',
          { class: 'hint' },
          () => stateChip(stateName(esim().state, language), stateTone(esim().state)),
          () => (esim().name === null ? null : ` ${placeName(esim(), language)}`),
        ),
      ),
    ),
    swap(
      () => controller.staleBecause.value,
      (code) =>
        code === null ? null : callout('quiet', 'wifi', `${problemMessages[language][code].title}. ${messages.stale}`),
    ),
    renderUsage(esim, controller, context),
    renderDetails(esim, controller, context),
  );
}

function renderUsage(esim: () => Esim, controller: CurrentEsim, { language }: ScreenContext): HTMLElement {
  const messages = currentEsimMessages[language];
  const usage = () => esim().usage;
  const until = () => {
    const endsAt = usage()?.ends_at;
    return endsAt ? messages.until(formatDateTime(language, new Date(endsAt))) : '';
  };
  const share = () => (ringTone(esim()) === 'over' ? 0 : shareLeft(usage()));
  const left = () => [
    ring(
      share,
      h(
        'span',
        { class: () => `usage__left${esim().usage?.unlimited ? ' usage__left--word' : ''}` },
        () => ringWords(esim(), language).big,
      ),
      h('span', { class: 'hint' }, () => ringWords(esim(), language).small),
    ),
    h(
      'p',
      { class: 'usage__time' },
      h('strong', null, () => (esim().state === 'ended' ? '' : timeLeft(usage(), controller.now.value, language))),
      h('span', { class: 'hint number' }, until),
      h('span', { class: 'hint' }, () => fairUseWords(usage(), language)),
    ),
    swap(
      () => nextWords(usage(), language),
      (next) =>
        next === null
          ? null
          : h(
              'p',
              { class: 'usage__time' },
              h('span', { class: 'hint' }, next),
              h('strong', { class: 'number' }, () => inAllWords(usage(), language)),
            ),
    ),
  ];
  return h(
    'section',
    { class: () => (isOff(esim().state) ? 'usage usage--off' : `card usage usage--${ringTone(esim())}`) },
    // What nobody can use is not shown as if it were left.
    swap(
      () => isOff(esim().state),
      (isNone) => (isNone ? null : left()),
    ),
    freshness(
      {
        asOf: () => esim().as_of,
        isStale: () => controller.isOld.value,
        now: () => controller.now.value,
        isBusy: () => controller.isBusy.value,
        refresh: () => void controller.refresh(),
      },
      language,
    ),
  );
}

function ringWords({ state, usage }: Esim, language: ScreenContext['language']): { big: string; small: string } {
  const messages = currentEsimMessages[language];
  if (state === 'ended') return messages.endedRing;
  if (!usage) return messages.unknownUsage;
  if (usage.unlimited) {
    return {
      big: planMessages[language].unlimited,
      small: isBeforeUse(state) ? messages.notStarted : usage.fair_use ? '' : messages.noLimit,
    };
  }
  if (usage.remaining_bytes === null || usage.initial_bytes === null) return messages.unknownUsage;
  const small = isBeforeUse(state) ? messages.left : messages.of(formatBytes(language, usage.initial_bytes));
  return { big: formatBytes(language, usage.remaining_bytes), small };
}
