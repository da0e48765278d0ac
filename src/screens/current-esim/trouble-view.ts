import './trouble.css';
import { computed, signal } from '@preact/signals-core';
import type { Esim } from '../../../lib/contract/esim.ts';
import { formatDateTime } from '../../../lib/i18n/format.ts';
import { planMessages } from '../../../lib/i18n/plan-messages.ts';
import { openContact } from '../../contact.ts';
import { placeName } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import { valueOf } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { haptic } from '../../telegram.ts';
import { button } from '../../ui/button.ts';
import { callout } from '../../ui/callout.ts';
import { paddedCard, section } from '../../ui/card.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { freshness } from '../../ui/freshness.ts';
import { icon } from '../../ui/icon.ts';
import { mainButton } from '../../ui/main-button.ts';
import { onDispose } from '../../ui/scope.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import type { CurrentEsim } from './controller.ts';
import { esimHeader } from './esim-header.ts';
import { openEsim } from './open-esim.ts';
import { ADVICE_OF_STATE, nextStep, type Answers, type Cause, type Place } from './trouble.ts';
import { troubleMessages } from './trouble-messages.ts';

/** Longer than the operator's usual answer; a phone without internet may wait for its own much longer. */
const PATIENCE_MS = 3_000;
const PLACES: readonly Place[] = ['there', 'not_yet', 'elsewhere'];

/** One clear cause with one thing to do, after at most two questions; by what was seen last where nobody answers. */
export function render(context: ScreenContext): HTMLElement {
  const { language, params, router, session } = context;
  const messages = troubleMessages[language];
  const controller = openEsim(context);
  const answers = signal<Answers>({});
  /** Nobody has answered in time, or at all. */
  const hasWaited = signal(false);
  const isAnswered = computed(() => controller.advice.value !== null && controller.problem.value === null);
  const advice = computed(() => {
    if (isAnswered.value) return controller.advice.value;
    const esim = valueOf(controller.esim);
    return esim && hasWaited.value ? ADVICE_OF_STATE[esim.state] : null;
  });
  const step = computed(() => (advice.value === null ? null : nextStep(advice.value, answers.value)));
  /** Nothing is known of the eSIM on this device either. */
  const isHelpless = computed(() => {
    const state = controller.esim.state.value;
    return state.kind === 'failed' && problemMessages[language][state.code].way === 'retry';
  });
  const ask = async () => {
    await controller.diagnose();
    hasWaited.value = true;
  };
  const start = () => {
    answers.value = {};
    void ask();
  };
  /** The person has done what was advised: a look at the operator, and no question a second time. */
  const check = async () => {
    const given = answers.value;
    const before = advice.value;
    await ask();
    if (before !== null && answers.value === given) answers.value = { ...given, before };
  };
  const patience = setTimeout(() => (hasWaited.value = true), PATIENCE_MS);
  onDispose(() => clearTimeout(patience));
  start();

  const path = `/esims/${params['id'] ?? ''}`;
  const contact = () => openContact(session.value);
  const open = () => router.replace(path);
  const topUp = () => router.navigate(`${path}/top-up`);
  const act: Record<Cause, () => void> = {
    install: () => router.replace(`${path}/install`),
    not_there_yet: open,
    elsewhere: () => router.navigate('/'),
    turn_on_roaming: () => void check(),
    choose_network: contact,
    check_phone: contact,
    connected: open,
    data_used_up: topUp,
    plan_ended: topUp,
    wait: start,
    suspended: contact,
    new_esim: contact,
    unknown: contact,
  };
  mainButton(() => {
    const current = step.value;
    if (isHelpless.value) return { text: messages.contact, onPress: contact };
    if (current?.kind !== 'cause') return null;
    return {
      text: messages.cause[current.cause].action,
      isBusy: controller.isBusy.value,
      onPress: act[current.cause],
    };
  });

  const second = (cause: Cause, esim: Esim): Child => {
    if (cause === 'new_esim') {
      return button(messages.newEsim, () => router.navigate(`/to/${esim.country_code}`), 'plain');
    }
    if (cause === 'connected') return button(messages.contact, contact, 'plain');
    return cause === 'wait' ? null : button(messages.again, start, 'plain');
  };
  const question = (text: string, hint: string, ...buttons: HTMLElement[]): Child =>
    paddedCard(
      h('h2', { class: 'trouble__question' }, text),
      h('p', { class: 'hint' }, hint),
      h('div', { class: 'trouble__answers' }, ...buttons),
    );
  const answer = (text: string, given: Answers) =>
    button(text, () => {
      haptic.select();
      answers.value = { ...answers.value, ...given };
    });

  const explain = (cause: Cause, esim: Esim): Child => {
    const { title, text, steps = [] } = messages.cause[cause];
    const isGood = cause === 'not_there_yet' || cause === 'connected';
    const isUnused = esim.installed_at === null && esim.activated_at === null;
    const endsAt = cause === 'not_there_yet' && esim.state === 'live' ? esim.usage?.ends_at : null;
    return [
      h(
        'div',
        { class: 'trouble__cause' },
        h('div', { class: 'trouble__mark' }, icon(isGood ? 'check' : 'info')),
        h('h2', { class: 'trouble__question' }, title),
        h('p', { class: 'hint' }, cause === 'new_esim' && isUnused ? messages.neverInstalled : text),
        endsAt ? h('p', { class: 'hint' }, messages.daysRun(formatDateTime(language, new Date(endsAt)))) : null,
        cause === 'elsewhere' ? h('p', { class: 'hint' }, messages.place.hint(placeName(esim, language))) : null,
        steps.length > 0 ? renderSteps(steps) : null,
        cause === 'check_phone' ? renderSlow(esim, context) : null,
        cause === 'turn_on_roaming' ? h('p', { class: 'caption' }, messages.whereInSettings) : null,
        steps.length > 0 ? h('p', { class: 'caption' }, messages.anyWifi) : null,
      ),
      h('div', { class: 'trouble__again' }, second(cause, esim)),
    ];
  };

  return h(
    'div',
    { class: 'trouble' },
    esimHeader(messages.title, () => valueOf(controller.esim), language),
    faces(controller.esim, context, {
      loading: () => skeletonBlock(180),
      ready: (esim) =>
        h(
          'div',
          { class: 'trouble__parts', role: 'status' },
          swap(
            () => step.value !== null && !isAnswered.value,
            (isOld) => (isOld ? renderAge(esim, controller, ask, language) : null),
          ),
          swap(
            () => step.value,
            (current) => {
              if (current === null) return paddedCard(h('p', { class: 'hint' }, messages.checking));
              if (current.kind === 'cause') return explain(current.cause, esim());
              if (current.question === 'place') {
                const { text, hint, answers: words } = messages.place;
                const buttons = PLACES.map((place) => answer(words[place], { place }));
                return question(text, hint(placeName(esim(), language)), ...buttons);
              }
              const { text, yes, no } = messages.roaming;
              const buttons = [answer(yes, { roaming: true }), answer(no, { roaming: false })];
              return question(text, messages.whereInSettings, ...buttons);
            },
          ),
        ),
    }),
    swap(
      () => isHelpless.value,
      (isWanted) =>
        isWanted
          ? section(
              { title: messages.withoutAnswer, note: messages.anyWifi },
              paddedCard(renderSteps(messages.cause.turn_on_roaming.steps ?? [])),
            )
          : null,
    ),
  );
}

/** Why nothing newer is known, how old it is, and the way to newer. */
function renderAge(
  esim: () => Esim,
  controller: CurrentEsim,
  ask: () => Promise<void>,
  language: ScreenContext['language'],
): Child {
  const { notAnswered, old } = troubleMessages[language];
  const reason = () => {
    const code = controller.problem.value;
    return code === null ? notAnswered : `${problemMessages[language][code].title}.`;
  };
  return [
    callout(
      'quiet',
      'wifi',
      h('span', null, () => `${reason()} ${old}`),
    ),
    freshness(
      {
        asOf: () => esim().as_of,
        isStale: () => true,
        now: () => controller.now.value,
        isBusy: () => controller.isBusy.value,
        refresh: () => void ask(),
      },
      language,
    ),
  ];
}

function renderSteps(steps: readonly string[]): HTMLElement {
  return h(
    'ol',
    { class: 'trouble__steps' },
    steps.map((text) => h('li', null, text)),
  );
}

/** What slows an unlimited plan down, with its own numbers as soon as the catalogue has told them. */
function renderSlow(esim: Esim, { client, language }: ScreenContext): HTMLElement | null {
  const { slow, slowUnlimited } = troubleMessages[language];
  // A plan is called queued until its first traffic is counted.
  const bundle = esim.bundles.find(({ state }) => state === 'active' || state === 'queued');
  if (!bundle?.unlimited) return null;
  const words = signal(slowUnlimited);
  client.getProducts(esim.country_code).then(
    ({ plans }) => {
      const fairUse = plans.find(({ id }) => id === bundle.bundle_name)?.fair_use;
      if (!fairUse) return;
      words.value = slow(planMessages[language].fairUse(fairUse.full_speed_mb_per_day, fairUse.then_kbit_s));
    },
    () => {},
  );
  return h('p', { class: 'hint' }, () => words.value);
}
