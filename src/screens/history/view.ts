import './history.css';
import type { Order, OrderStatus } from '../../../lib/contract/order.ts';
import { formatDate, formatDateTime, formatTime } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { orderWords } from '../../order-words.ts';
import { placeName, planLine } from '../../plan-words.ts';
import { problemMessages } from '../../problems.ts';
import { refreshWhileVisible } from '../../refresh-while-visible.ts';
import { isInDoubt } from '../../reported-payments.ts';
import type { ScreenContext } from '../../screen.ts';
import { accordion } from '../../ui/accordion.ts';
import { button } from '../../ui/button.ts';
import { card, section } from '../../ui/card.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { flag } from '../../ui/flag.ts';
import { notice } from '../../ui/notice.ts';
import { price } from '../../ui/price.ts';
import { skeletonList } from '../../ui/skeleton.ts';
import { stateChip } from '../../ui/state-chip.ts';
import { createHistory, type History } from './controller.ts';
import { historyMessages } from './messages.ts';

export function render(context: ScreenContext): HTMLElement {
  const { language, router } = context;
  const messages = historyMessages[language];
  const controller = createHistory(context);
  refreshWhileVisible(controller.refresh, controller.nextRefreshInMs);
  return h(
    'div',
    { class: 'history' },
    h('h1', { class: 'screen__title' }, messages.title),
    faces(controller.first, context, {
      loading: () => skeletonList(5, 'card'),
      ready: () =>
        swap(
          () => controller.months.value.length > 0,
          (hasAny) => {
            if (hasAny) return renderMonths(controller, context);
            const { title, text, action } = messages.empty;
            return notice({
              icon: 'history',
              title,
              text,
              action: { text: action, onPress: () => router.navigate('/') },
            });
          },
        ),
    }),
  );
}

function renderMonths(controller: History, context: ScreenContext): Child {
  const messages = historyMessages[context.language];
  return h(
    'div',
    { class: 'history__months' },
    each(
      () => controller.months.value,
      ({ key }) => key,
      (month) =>
        section(
          { title: month().title },
          card(
            each(
              () => month().orders,
              ({ id }) => id,
              (order) => renderOrder(order, context),
            ),
          ),
        ),
    ),
    h('p', { class: 'hint', role: 'status' }, () => {
      const code = controller.problem.value;
      return code === null ? null : problemMessages[context.language][code].text;
    }),
    swap(
      () => controller.hasMore.value,
      (hasMore) => (hasMore ? button(messages.more, () => void controller.showMore()) : null),
    ),
  );
}

const TONES: Record<OrderStatus, 'quiet' | 'good' | 'warning' | 'bad'> = {
  pending: 'warning',
  processing: 'good',
  ready: 'good',
  active: 'good',
  failed: 'bad',
  refunded: 'quiet',
  expired: 'quiet',
};

/** A row that opens: what became of it, and what can be done. */
function renderOrder(order: () => Order, context: ScreenContext): HTMLElement {
  const { language } = context;
  const messages = historyMessages[language];
  const { country_code: code, created_at: createdAt, kind, price_stars: stars } = order();
  const head = h(
    'span',
    { class: 'purchase-row' },
    flag(code),
    h(
      'span',
      { class: 'purchase-row__text' },
      h('span', { class: 'purchase-row__place' }, placeName(order(), language)),
      kind === 'top_up' ? h('span', { class: 'hint' }, messages.topUp) : null,
      h(
        'span',
        { class: 'purchase-row__line' },
        h('span', { class: 'purchase-row__what hint' }, planLine(order(), language)),
        price(stars, language),
      ),
      h(
        'span',
        { class: 'purchase-row__line' },
        h('span', { class: 'hint number' }, formatDate(language, new Date(createdAt))),
        () => stateOf(order(), language),
      ),
    ),
  );
  return accordion(
    head,
    () => [
      swap(
        () => storyOf(order(), language),
        (story) => (story === null ? null : h('p', null, story)),
      ),
      h('p', { class: 'caption selectable' }, messages.bought(formatDateTime(language, new Date(createdAt)))),
      h('p', { class: 'caption selectable' }, messages.number(order().id)),
      swap(
        () => order().status,
        () => h('div', { class: 'purchase-row__actions' }, renderActions(order(), context)),
      ),
    ],
    { isOpen: isInDoubt(order()) || (order().status === 'pending' && !isOver(order())) },
  );
}

function stateOf(order: Order, language: ScreenContext['language']): HTMLElement {
  const { status, refundedOn } = historyMessages[language];
  if (isInDoubt(order)) return stateChip(orderWords[language].doubt.chip, 'warning');
  const { refunded_at: refundedAt } = order;
  return order.status === 'refunded' && refundedAt
    ? stateChip(refundedOn(formatDate(language, new Date(refundedAt))), TONES.refunded)
    : stateChip(status[order.status], TONES[order.status]);
}

function storyOf(order: Order, language: ScreenContext['language']): string | null {
  const messages = historyMessages[language];
  const { doubt } = orderWords[language];
  if (isInDoubt(order)) return `${doubt.title}. ${doubt.text}`;
  switch (order.status) {
    case 'pending':
      return isOver(order) ? messages.pendingOver : messages.pending(formatTime(language, new Date(order.expires_at)));
    case 'failed':
      return order.payment_status === 'refund_due' ? messages.refundDue : messages.failed;
    case 'refunded':
      return order.refunded_at
        ? messages.refunded(formatDateTime(language, new Date(order.refunded_at)))
        : messages.refundedNoDate;
    case 'expired':
      return messages.expired;
    case 'processing':
    case 'ready':
    case 'active':
      return null;
  }
}

function renderActions(order: Order, { language, router }: ScreenContext): Child {
  const { actions } = historyMessages[language];
  const { id, country_code: code, esim_id: esimId, kind, plan_id: planId } = order;
  const toOrder = () => router.navigate(`/orders/${id}`);
  const again = button(actions.again, () =>
    router.navigate(checkoutPath(planId, code, kind === 'top_up' ? esimId : null)),
  );
  if (isInDoubt(order)) return button(actions.progress, toOrder);
  switch (order.status) {
    case 'pending':
      return isOver(order) ? again : button(actions.continue, toOrder);
    case 'processing':
    case 'failed':
      return button(actions.progress, toOrder);
    case 'ready':
    case 'active':
      return [esimId === null ? null : button(actions.esim, () => router.navigate(`/esims/${esimId}`)), again];
    case 'refunded':
    case 'expired':
      return [again, button(actions.choose, () => router.navigate(`/to/${code}`))];
  }
}

function isOver({ expires_at: expiresAt }: Order): boolean {
  return Date.parse(expiresAt) <= Date.now();
}
