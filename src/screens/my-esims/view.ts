import './my-esims.css';
import type { EsimSummary } from '../../../lib/contract/esim.ts';
import type { Order } from '../../../lib/contract/order.ts';
import { openContact } from '../../contact.ts';
import { formatBytes } from '../../../lib/i18n/format.ts';
import {
  canTopUp,
  dataLeft,
  esimName,
  fairUseWords,
  isBeforeUse,
  nextWords,
  shareLeft,
  stateName,
  stateTone,
  timeLeft,
  toUseWords,
} from '../../esim-words.ts';
import { movingWords } from '../../order-words.ts';
import { placeName, planLine } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import { refreshWhileVisible } from '../../refresh-while-visible.ts';
import { isInDoubt } from '../../reported-payments.ts';
import type { ScreenContext } from '../../screen.ts';
import { createSeenEsims } from '../../seen-esims.ts';
import { haptic, initData } from '../../telegram.ts';
import { accordion } from '../../ui/accordion.ts';
import { button } from '../../ui/button.ts';
import { callout } from '../../ui/callout.ts';
import { card } from '../../ui/card.ts';
import { dataBar } from '../../ui/data-bar.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { freshness } from '../../ui/freshness.ts';
import { icon } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { notice } from '../../ui/notice.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { stateChip } from '../../ui/state-chip.ts';
import { createMyEsims, type MyEsims } from './controller.ts';
import { myEsimsMessages } from './messages.ts';

export function render(context: ScreenContext): HTMLElement {
  const { client, language } = context;
  const controller = createMyEsims({ client, seen: createSeenEsims(initData), now: () => Date.now() });
  refreshWhileVisible(controller.refresh, controller.nextRefreshInMs);
  return h(
    'div',
    { class: 'my-esims' },
    h(
      'header',
      { class: 'my-esims__header' },
      h('h1', { class: 'screen__title' }, myEsimsMessages[language].title),
      freshness(
        {
          asOf: () => controller.asOf.value,
          isStale: () => controller.isOld.value,
          now: () => controller.now.value,
          isBusy: () => controller.isRefreshing.value,
          refresh: () => void controller.refreshOnTap(),
        },
        language,
      ),
    ),
    faces(controller.list, context, {
      loading: () => h('div', { class: 'my-esims__cards' }, skeletonBlock(166), skeletonBlock(166), skeletonBlock(118)),
      ready: (esims) =>
        swap(
          () => esims().length + controller.moving.value.length > 0,
          (hasAny) => (hasAny ? renderAll(controller, context) : renderEmpty(context)),
        ),
    }),
  );
}

function renderEmpty({ language, router }: ScreenContext): HTMLElement {
  const { title, text, action } = myEsimsMessages[language].empty;
  return notice({ icon: 'sim', title, text, action: { text: action, onPress: () => router.navigate('/') } });
}

function renderAll(controller: MyEsims, context: ScreenContext): Child {
  const { language, router } = context;
  const messages = myEsimsMessages[language];
  return h(
    'div',
    { class: 'my-esims__groups' },
    swap(
      () => controller.staleBecause.value,
      (code) =>
        code === null ? null : callout('quiet', 'wifi', `${problemMessages[language][code].title}. ${messages.stale}`),
    ),
    h(
      'ul',
      { class: 'my-esims__cards' },
      each(
        () => controller.moving.value,
        ({ id }) => id,
        (order) => renderMoving(order, context),
      ),
      each(
        () => controller.current.value,
        ({ id }) => id,
        (esim) => renderEsim(esim, controller, context),
      ),
    ),
    list(
      listRow({
        leading: icon('globe'),
        title: messages.another.title,
        subtitle: messages.another.text,
        onPress: () => router.navigate('/'),
      }),
    ),
    swap(
      () => controller.past.value.length,
      (count) => (count === 0 ? null : renderPast(count, controller, context)),
    ),
  );
}

function renderMoving(order: () => Order, { language, router }: ScreenContext): HTMLElement {
  const messages = myEsimsMessages[language];
  const open = () => router.navigate(`/orders/${order().id}`);
  return h(
    'li',
    { class: 'esim-card' },
    swap(
      () => order().status === 'processing' || isInDoubt(order()),
      (isNothingToDo) => [
        renderHead(
          order().country_code,
          placeName(order(), language),
          () => stateChip(movingWords(order(), language), order().status === 'processing' ? 'good' : 'warning'),
          isNothingToDo ? open : null,
        ),
        h('p', { class: 'hint' }, planLine(order(), language)),
        isNothingToDo ? null : action(messages.continuePayment, open),
      ],
    ),
  );
}

function renderEsim(esim: () => EsimSummary, controller: MyEsims, context: ScreenContext): HTMLElement {
  const { language, router } = context;
  const messages = myEsimsMessages[language];
  const open = () => {
    haptic.tap();
    router.navigate(`/esims/${esim().id}`);
  };
  return h(
    'li',
    { class: 'esim-card' },
    renderHead(
      esim().country_code,
      () => esimName(esim(), language),
      () => stateChip(stateName(esim().state, language), stateTone(esim().state)),
      open,
    ),
    swap(
      () => esim().state,
      (state) => {
        if (state === 'suspended') {
          return [
            h('p', { class: 'hint' }, messages.paused),
            action(messages.contact, () => openContact(context.session.value)),
          ];
        }
        const path = `/esims/${esim().id}`;
        return [
          renderLeft(esim, controller, context),
          isBeforeUse(state)
            ? action(toUseWords(state, language), () => router.navigate(`${path}/install`))
            : canTopUp(state)
              ? action(messages.topUp, () => router.navigate(`${path}/top-up`))
              : null,
        ];
      },
    ),
  );
}

function renderLeft(esim: () => EsimSummary, controller: MyEsims, context: ScreenContext): Child {
  const { language } = context;
  const caption = (words: () => string | null) =>
    swap(words, (text) => (text === null ? null : h('p', { class: 'caption' }, text)));
  return [
    swap(
      () => esim().usage !== null,
      (isKnown) => (isKnown ? dataBar(() => shareLeft(esim().usage)) : null),
    ),
    h(
      'p',
      { class: 'esim-card__left' },
      h(
        'span',
        null,
        () => dataLeft(esim().usage, language) ?? myEsimsMessages[language].noUsage,
        ' ',
        h('span', { class: 'hint' }, () => total(esim(), context)),
      ),
      h('span', { class: 'hint' }, () => timeLeft(esim().usage, controller.now.value, language)),
    ),
    caption(() => fairUseWords(esim().usage, language)),
    caption(() => nextWords(esim().usage, language)),
  ];
}

function total({ usage }: EsimSummary, { language }: ScreenContext): string {
  if (!usage || usage.unlimited || usage.initial_bytes === null || usage.remaining_bytes === null) return '';
  return myEsimsMessages[language].of(formatBytes(language, usage.initial_bytes));
}

/** The name opens the card's screen, with the whole card to touch, unless a button below does. */
function renderHead(code: string, name: Child, chip: () => HTMLElement, open: (() => void) | null): HTMLElement {
  return h(
    'div',
    { class: 'esim-card__head' },
    flag(code),
    h(
      'div',
      { class: 'esim-card__title' },
      open
        ? h('button', { class: 'esim-card__name esim-card__name--opens', type: 'button', on: { click: open } }, name)
        : h('span', { class: 'esim-card__name' }, name),
      chip,
    ),
  );
}

function action(text: string, onPress: () => void): HTMLElement {
  return h('div', { class: 'esim-card__action' }, button(text, onPress));
}

function renderPast(count: number, controller: MyEsims, { language, router }: ScreenContext): HTMLElement {
  const messages = myEsimsMessages[language];
  return card(
    accordion(messages.past(count), () =>
      h(
        'div',
        { class: 'my-esims__past' },
        list(
          each(
            () => controller.past.value,
            ({ id }) => id,
            (esim) =>
              listRow({
                leading: flag(esim().country_code),
                title: () => esimName(esim(), language),
                subtitle: () => stateName(esim().state, language),
                onPress: () => router.navigate(`/esims/${esim().id}`),
              }),
          ),
        ),
      ),
    ),
  );
}
