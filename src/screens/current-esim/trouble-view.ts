import './trouble.css';
import { computed, signal } from '@preact/signals-core';
import { openContact } from '../../contact.ts';
import { valueOf } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { haptic } from '../../telegram.ts';
import { button } from '../../ui/button.ts';
import { paddedCard } from '../../ui/card.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { icon } from '../../ui/icon.ts';
import { mainButton } from '../../ui/main-button.ts';
import { problemNotice } from '../../ui/notice.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { esimHeader } from './esim-header.ts';
import { openEsim } from './open-esim.ts';
import { nextStep, type Answers, type Cause, type Question } from './trouble.ts';
import { troubleMessages } from './trouble-messages.ts';

/** One clear cause with one thing to do, after at most two questions. */
export function render(context: ScreenContext): HTMLElement {
  const { language, params, router, session } = context;
  const messages = troubleMessages[language];
  const controller = openEsim(context);
  const answers = signal<Answers>({});
  const step = computed(() => {
    const advice = controller.advice.value;
    return advice === null ? null : nextStep(advice, answers.value);
  });
  const start = () => {
    answers.value = {};
    void controller.diagnose();
  };
  start();

  const path = `/esims/${params['id'] ?? ''}`;
  const act: Record<Cause, () => void> = {
    install: () => router.replace(`${path}/install`),
    not_there_yet: () => router.replace(path),
    turn_on_roaming: start,
    choose_network: () => openContact(session.value),
    elsewhere: () => router.navigate('/'),
    data_used_up: () => router.navigate(`${path}/top-up`),
    plan_ended: () => router.navigate(`${path}/top-up`),
    wait: start,
    suspended: () => openContact(session.value),
    new_esim: () => router.navigate(`/to/${valueOf(controller.esim)?.country_code ?? ''}`),
    unknown: () => openContact(session.value),
  };
  mainButton(() => {
    const current = step.value;
    if (current?.kind !== 'cause') return null;
    return {
      text: messages.cause[current.cause].action,
      isBusy: controller.isBusy.value,
      onPress: act[current.cause],
    };
  });

  const ask = (question: Question): Child => {
    const { text, hint, yes, no } = messages.question[question];
    const answer = (isYes: boolean) => () => {
      haptic.select();
      answers.value = { ...answers.value, [question]: isYes };
    };
    return paddedCard(
      h('h2', { class: 'trouble__question' }, text),
      h('p', { class: 'hint' }, hint),
      h('div', { class: 'trouble__answers' }, button(yes, answer(true)), button(no, answer(false))),
    );
  };
  const explain = (cause: Cause): Child => {
    const { title, text } = messages.cause[cause];
    return [
      h(
        'div',
        { class: 'trouble__cause' },
        h('div', { class: 'trouble__mark' }, icon(cause === 'not_there_yet' ? 'check' : 'info')),
        h('h2', { class: 'trouble__question' }, title),
        h('p', { class: 'hint' }, text),
      ),
      // Where the main button does the same, one of them is enough.
      act[cause] === start ? null : h('div', { class: 'trouble__again' }, button(messages.again, start, 'plain')),
    ];
  };

  return h(
    'div',
    { class: 'trouble' },
    esimHeader(messages.title, () => valueOf(controller.esim), language),
    faces(controller.esim, context, {
      loading: () => skeletonBlock(180),
      ready: () =>
        h(
          'div',
          { role: 'status' },
          swap(
            () => controller.problem.value ?? step.value,
            (state) => {
              if (state === null) return paddedCard(h('p', { class: 'hint' }, messages.checking));
              if (typeof state === 'string') {
                return problemNotice(state, language, { retry: start, home: () => router.replace('/') });
              }
              return state.kind === 'question' ? ask(state.question) : explain(state.cause);
            },
          ),
        ),
    }),
  );
}
