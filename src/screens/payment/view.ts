import './payment.css';
import type { Order } from '../../../lib/contract/order.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { formatDateTime, formatStars, formatTime } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { openContact } from '../../contact.ts';
import { formatMinutes } from '../../deadline-words.ts';
import type { ClientErrorCode } from '../../esimgo-client.ts';
import { orderWords } from '../../order-words.ts';
import { placeName, planLine } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import type { ScreenContext } from '../../screen.ts';
import { createSeenEsims } from '../../seen-esims.ts';
import {
  canBotWrite,
  canDo,
  haptic,
  initData,
  openInvoice,
  requestWriteAccess,
  type BottomButton,
} from '../../telegram.ts';
import { button } from '../../ui/button.ts';
import { callout } from '../../ui/callout.ts';
import { h, s, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { icon, type IconName } from '../../ui/icon.ts';
import { lazy } from '../../ui/lazy.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { mainButton } from '../../ui/main-button.ts';
import { withStars } from '../../ui/price.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { createPayment, type OrderFace, type Payment } from './controller.ts';
import { keptForOrder } from './kept-esim.ts';
import { paymentMessages } from './messages.ts';

/** One address for an order from the payment to the finished eSIM. */
export function render(context: ScreenContext): HTMLElement {
  const { params, query } = context;
  const controller = createPayment(
    { ...context, now: () => Date.now(), telegram: { openInvoice, haptic, canBotWrite, requestWriteAccess } },
    { orderId: params['id'] ?? '', invoice: query.get('invoice') },
  );
  controller.start();
  return h(
    'div',
    { class: 'payment' },
    faces(controller.order, context, {
      loading: () => skeletonBlock(320),
      ready: (order) =>
        swap(
          () => controller.face.value,
          (face) => (face === null ? null : renderFace(face, order, controller, context)),
        ),
    }),
    swap(
      () => controller.order.state.value.kind === 'failed',
      (isUnread) => (isUnread ? renderKept(params['id'] ?? '', context) : null),
    ),
  );
}

/** An order needs a network to be read; the eSIM that came of it may be here. */
function renderKept(orderId: string, { language, router }: ScreenContext): Child {
  const messages = paymentMessages[language].kept;
  const kept = keptForOrder(createSeenEsims(initData), orderId);
  if (kept === null) return null;
  return list(
    kept.kind === 'one'
      ? listRow({
          leading: flag(kept.esim.country_code),
          title: kept.esim.name ?? placeName(kept.esim, language),
          subtitle: messages.esim,
          onPress: () => router.replace(`/esims/${kept.esim.id}`),
        })
      : listRow({
          leading: icon('sim'),
          title: messages.esims,
          subtitle: messages.text,
          onPress: () => router.replace('/esims'),
        }),
  );
}

function renderFace(face: OrderFace, order: () => Order, controller: Payment, context: ScreenContext): Child {
  switch (face) {
    case 'checking':
    case 'issuing':
      return renderProgress(face, order, controller, context);
    case 'overdue':
      return renderOverdue(order, controller, context);
    case 'ready':
      return renderReady(order, context);
    case 'doubt':
      return renderDoubt(order, controller, context);
    case 'unpaid':
      return renderUnpaid(order, controller, context);
    case 'topped':
    case 'failed':
    case 'refunded':
    case 'expired':
      return renderEnd(face, order, context);
  }
}

function renderProgress(
  face: 'checking' | 'issuing',
  order: () => Order,
  controller: Payment,
  { language }: ScreenContext,
): Child {
  const messages = paymentMessages[language];
  const isPaid = face === 'issuing';
  const work = order().kind === 'top_up' ? messages.steps.adding : messages.steps.issuing;
  const step = (text: string, state: 'done' | 'now' | 'next') =>
    h(
      'li',
      { class: `steps__step steps__step--${state}`, 'aria-current': state === 'now' ? 'step' : null },
      h('span', { class: 'steps__mark' }, state === 'done' ? icon('check') : null),
      text,
    );
  const isCounting = () =>
    isPaid && controller.unseen.value === null && controller.isLate.value && controller.leftMs.value !== null;
  const note = () => {
    if (controller.unseen.value !== null) return unseenWords(controller.unseen.value, isPaid, language);
    if (!isPaid) return messages.checking;
    const { deliver_by: deliverBy } = order();
    if (!controller.isLate.value) return canBotWrite.value ? messages.usual.canWrite : messages.usual.cannotWrite;
    return deliverBy ? messages.late(formatTime(language, new Date(deliverBy))) : messages.lateNoTime;
  };
  return [
    breathingFlag(order().country_code),
    h('h1', { class: 'screen__title payment__title' }, messages.titles[face]),
    renderPlan(order(), language),
    h(
      'ol',
      { class: 'steps' },
      step(isPaid ? messages.steps.paid : messages.steps.paying, isPaid ? 'done' : 'now'),
      step(work, isPaid ? 'now' : 'next'),
      step(messages.steps.ready, 'next'),
    ),
    h('p', { class: 'hint payment__note', role: 'status' }, note),
    swap(isCounting, (isOn) => (isOn ? renderCountdown(() => controller.leftMs.value ?? 0, language) : null)),
    swap(
      () => isPaid && !canBotWrite.value && canDo('web_app_request_write_access'),
      (canAsk) => (canAsk ? button(messages.allowMessages, () => void requestWriteAccess()) : null),
    ),
  ];
}

/** Seen by the second and heard by the minute. */
function renderCountdown(leftMs: () => number, language: Language): Child {
  const messages = paymentMessages[language];
  const left = () => {
    const seconds = Math.ceil(leftMs() / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  return [
    h(
      'p',
      { class: 'payment__countdown', 'aria-hidden': 'true' },
      h('span', { class: 'payment__left' }, left),
      h('span', { class: 'hint' }, messages.untilReturn),
    ),
    h('p', { class: 'visually-hidden', role: 'status' }, () =>
      messages.minutesLeft(formatMinutes(language, leftMs() / 60_000)),
    ),
  ];
}

/** What is known without having heard of the order: that it goes on, and nothing of how. */
function unseenWords(code: ClientErrorCode, isPaid: boolean, language: Language): string {
  const { title, text, way } = problemMessages[language][code];
  if (way === 'reopen') return `${title}. ${text}`;
  const { offline, silent } = paymentMessages[language].unseen;
  return (code === 'offline' || code === 'timed_out' ? offline : silent)[isPaid ? 'paid' : 'unpaid'];
}

/** Nobody refunds what may have been issued: no time can be named, and a person may want one to talk to. */
function renderOverdue(order: () => Order, controller: Payment, { language, session }: ScreenContext): Child {
  const messages = paymentMessages[language];
  mainButton(() => ({ text: messages.contact, onPress: () => openContact(session.value) }));
  return [
    breathingFlag(order().country_code),
    h('h1', { class: 'screen__title payment__title' }, messages.titles.overdue),
    renderPlan(order(), language),
    h('p', { class: 'payment__note', role: 'status' }, () => {
      const code = controller.unseen.value;
      return code === null ? messages.overdue : unseenWords(code, true, language);
    }),
  ];
}

/** The server is at work: the ring breathes, because nobody knows how far it is. */
function breathingFlag(code: string): HTMLElement {
  return h(
    'div',
    { class: 'breathing', 'aria-hidden': 'true' },
    s(
      'svg',
      { class: 'breathing__ring', viewBox: '0 0 120 120' },
      s('circle', { class: 'breathing__track', cx: 60, cy: 60, r: 56 }),
      s('circle', { class: 'breathing__arc', cx: 60, cy: 60, r: 56, pathLength: 100 }),
    ),
    flag(code, { isLarge: true }),
  );
}

function renderUnpaid(order: () => Order, controller: Payment, context: ScreenContext): Child {
  const { language } = context;
  const messages = paymentMessages[language];
  const refusal = () => {
    const code = controller.problem.value;
    return code === 'price_changed' || code === 'unknown_bundle' ? code : null;
  };
  mainButton(() => wayToPay(order(), refusal(), controller, context));
  return [
    h('div', { class: 'payment__mark' }, flag(order().country_code, { isLarge: true })),
    h('h1', { class: 'screen__title payment__title' }, () => {
      const code = refusal();
      return code === null ? messages.titles.unpaid : problemMessages[language][code].title;
    }),
    renderPlan(order(), language),
    h(
      'p',
      { class: 'hint payment__note', role: 'status' },
      swap(
        () => {
          const stars = controller.newStars.value;
          if (refusal() === 'price_changed' && stars !== null) {
            return messages.repriced(formatStars(language, order().price_stars), formatStars(language, stars));
          }
          if (refusal() !== null) return messages.gone;
          if (controller.unseen.value !== null) return unseenWords(controller.unseen.value, false, language);
          const note = controller.note.value;
          return note === 'unpaid'
            ? messages.unpaid(formatTime(language, new Date(order().expires_at)))
            : messages[note];
        },
        (text) => withStars(text, language),
      ),
    ),
    swap(
      // What the note says is not said twice.
      () => (refusal() === null && controller.unseen.value === null ? controller.problem.value : null),
      (code) => {
        if (code === null) return null;
        const { title, text } = problemMessages[language][code];
        return callout('bad', 'warning', `${title}. ${text}`);
      },
    ),
  ];
}

/** An order that can no longer be kept at its price is not paid: its plan is ordered anew, or another one. */
function wayToPay(
  { plan_id: planId, country_code: code, kind, esim_id: esimId, price_stars: stars }: Order,
  refusal: 'price_changed' | 'unknown_bundle' | null,
  { isPaying, continuePayment }: Payment,
  { language, router }: ScreenContext,
): BottomButton {
  const messages = paymentMessages[language];
  if (refusal === 'unknown_bundle') {
    return { text: messages.chooseAgain, onPress: () => router.replace(`/to/${code}`) };
  }
  if (refusal === 'price_changed') {
    const path = checkoutPath(planId, code, kind === 'top_up' ? esimId : null);
    return { text: messages.orderAnew, onPress: () => router.replace(path) };
  }
  return {
    text: messages.continuePayment(formatStars(language, stars)),
    isBusy: isPaying.value,
    onPress: () => void continuePayment(),
  };
}

/** The Stars may be gone: nothing here says that they are not, and paying again is never the way on. */
function renderDoubt(order: () => Order, controller: Payment, { language, router }: ScreenContext): Child {
  const messages = paymentMessages[language];
  const { title, text } = orderWords[language].doubt;
  mainButton(() => ({ text: messages.toEsims, onPress: () => router.replace('/esims') }));
  return [
    breathingFlag(order().country_code),
    h('h1', { class: 'screen__title payment__title' }, title),
    renderPlan(order(), language),
    h('p', { class: 'payment__note', role: 'status' }, () => {
      const code = controller.unseen.value;
      return code === null ? text : unseenWords(code, false, language);
    }),
  ];
}

function renderPlan(order: Order, language: Language): HTMLElement {
  return h('p', { class: 'hint payment__plan' }, `${placeName(order, language)} · ${planLine(order, language)}`);
}

type End = 'topped' | 'failed' | 'refunded' | 'expired';

const MARKS: Record<End, { tone: 'good' | 'bad' | 'quiet'; icon: IconName }> = {
  topped: { tone: 'good', icon: 'check' },
  failed: { tone: 'bad', icon: 'warning' },
  // The money is well; what it was paid for is not.
  refunded: { tone: 'bad', icon: 'warning' },
  expired: { tone: 'quiet', icon: 'clock' },
};

function renderEnd(face: End, order: () => Order, { language, router }: ScreenContext): Child {
  const messages = paymentMessages[language];
  const { country_code: code, esim_id: esimId } = order();
  mainButton(() =>
    face === 'topped'
      ? { text: messages.toEsim, onPress: () => router.replace(esimId === null ? '/esims' : `/esims/${esimId}`) }
      : { text: messages.chooseAgain, onPress: () => router.replace(`/to/${code}`) },
  );
  const { tone, icon: iconName } = MARKS[face];
  return [
    h('div', { class: `payment__mark payment__mark--${tone}` }, icon(iconName)),
    h('h1', { class: 'screen__title payment__title' }, endTitle(face, order(), language)),
    renderPlan(order(), language),
    face === 'refunded' ? callout('good', 'check', withStars(refundWords(order(), language), language)) : null,
    h('p', { class: 'payment__note', role: 'status' }, withStars(endWords(face, order(), language), language)),
  ];
}

function endTitle(face: End, { kind, ready_at: readyAt }: Order, language: Language): string {
  const { titles } = paymentMessages[language];
  if (face === 'topped' || face === 'expired') return titles[face];
  if (readyAt !== null) return titles.returned;
  return kind === 'top_up' ? titles.failedTopUp : titles.failed;
}

function endWords(face: End, order: Order, language: Language): string {
  const messages = paymentMessages[language];
  const why =
    order.failure_code === 'not_delivered_in_time' || order.failure_code === 'supplier_refused'
      ? `${messages.why[order.failure_code]} `
      : '';
  switch (face) {
    case 'topped':
      return messages.topped(planLine(order, language));
    case 'failed':
      return why + messages.failed(formatStars(language, order.price_stars));
    case 'refunded':
      return order.ready_at === null ? why + messages.chooseOther : messages.planEnded;
    case 'expired':
      return messages.expired;
  }
}

function refundWords({ price_stars: price, refunded_at: at }: Order, language: Language): string {
  const messages = paymentMessages[language];
  const stars = formatStars(language, price);
  return at === null ? messages.refunded(stars) : messages.refundedAt(stars, formatDateTime(language, new Date(at)));
}

/** The finished eSIM is a screen of its own, fetched when it is needed. */
function renderReady(order: () => Order, context: ScreenContext): Child {
  return h(
    'div',
    { class: 'payment__ready' },
    lazy(
      () => import('../ready/view.ts'),
      context,
      ({ renderReadyOrder }) => renderReadyOrder(order, context),
    ),
  );
}
