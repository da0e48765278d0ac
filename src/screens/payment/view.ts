import './payment.css';
import type { Order } from '../../../lib/contract/order.ts';
import { formatStars, formatTime } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { orderWords } from '../../order-words.ts';
import { placeName, planLine } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import type { ScreenContext } from '../../screen.ts';
import { canBotWrite, canDo, haptic, openInvoice, requestWriteAccess, type BottomButton } from '../../telegram.ts';
import { button } from '../../ui/button.ts';
import { callout } from '../../ui/callout.ts';
import { h, s, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { icon } from '../../ui/icon.ts';
import { lazy } from '../../ui/lazy.ts';
import { mainButton } from '../../ui/main-button.ts';
import { withStars } from '../../ui/price.ts';
import { skeletonBlock } from '../../ui/skeleton.ts';
import { createPayment, type OrderFace, type Payment } from './controller.ts';
import { paymentMessages } from './messages.ts';

/** One address for an order from the payment to the finished eSIM. */
export function render(context: ScreenContext): HTMLElement {
  const { params, query } = context;
  const controller = createPayment(
    { ...context, now: () => Date.now(), telegram: { openInvoice, haptic } },
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
  );
}

function renderFace(face: OrderFace, order: () => Order, controller: Payment, context: ScreenContext): Child {
  switch (face) {
    case 'checking':
    case 'issuing':
      return renderProgress(face, order, controller, context);
    case 'ready':
      return renderReady(order, context);
    case 'doubt':
      return renderDoubt(order, context);
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
  const note = () => {
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
    swap(
      () => isPaid && !canBotWrite.value && canDo('web_app_request_write_access'),
      (canAsk) => (canAsk ? button(messages.allowMessages, () => void requestWriteAccess()) : null),
    ),
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
          const note = controller.note.value;
          return note === 'unpaid'
            ? messages.unpaid(formatTime(language, new Date(order().expires_at)))
            : messages[note];
        },
        (text) => withStars(text, language),
      ),
    ),
    swap(
      () => (refusal() === null ? controller.problem.value : null),
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
function renderDoubt(order: () => Order, { language, router }: ScreenContext): Child {
  const messages = paymentMessages[language];
  const { title, text } = orderWords[language].doubt;
  mainButton(() => ({ text: messages.toEsims, onPress: () => router.replace('/esims') }));
  return [
    breathingFlag(order().country_code),
    h('h1', { class: 'screen__title payment__title' }, title),
    renderPlan(order(), language),
    h('p', { class: 'payment__note', role: 'status' }, text),
  ];
}

function renderPlan(order: Order, language: ScreenContext['language']): HTMLElement {
  return h('p', { class: 'hint payment__plan' }, `${placeName(order, language)} · ${planLine(order, language)}`);
}

type End = 'topped' | 'failed' | 'refunded' | 'expired';

function renderEnd(face: End, order: () => Order, { language, router }: ScreenContext): Child {
  const messages = paymentMessages[language];
  const { country_code: code, esim_id: esimId, price_stars: stars } = order();
  const texts: Record<End, () => string> = {
    topped: () => messages.topped(planLine(order(), language)),
    failed: () => messages.failed(formatStars(language, stars)),
    refunded: () => messages.refunded(formatStars(language, stars)),
    expired: () => messages.expired,
  };
  mainButton(() =>
    face === 'topped'
      ? { text: messages.toEsim, onPress: () => router.replace(esimId === null ? '/esims' : `/esims/${esimId}`) }
      : { text: messages.chooseAgain, onPress: () => router.replace(`/to/${code}`) },
  );
  return [
    h(
      'div',
      { class: `payment__mark payment__mark--${face === 'failed' ? 'bad' : face === 'expired' ? 'quiet' : 'good'}` },
      icon(face === 'failed' ? 'warning' : face === 'expired' ? 'clock' : 'check'),
    ),
    h('h1', { class: 'screen__title payment__title' }, messages.titles[face]),
    renderPlan(order(), language),
    h('p', { class: 'payment__note', role: 'status' }, withStars(texts[face](), language)),
  ];
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
