import './plan-choice.css';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { Language } from '../../lib/contract/session.ts';
import { formatDays, formatNumber, formatStars } from '../../lib/i18n/format.ts';
import type { PlanChoice } from '../plan-choice.ts';
import { planSize } from '../plan-words.ts';
import type { ScreenContext } from '../screen.ts';
import { haptic } from '../telegram.ts';
import { unlimitedWords } from '../unlimited-words.ts';
import { chips, segmented } from './choice.ts';
import { each, h, swap, type Child } from './dom.ts';
import { mainButton } from './main-button.ts';
import { price, usd, withStars } from './price.ts';

const en = {
  kinds: 'Kind of plan',
  kind: { data: 'By size', unlimited: 'Unlimited' },
  plans: 'Plans',
  days: 'How many days',
  perGb: 'per GB',
  perDay: 'a day',
  best: 'best value',
  next: (stars: string) => `Continue · ${stars}`,
  choose: 'Choose a plan',
};

const ru: typeof en = {
  kinds: 'Вид тарифа',
  kind: { data: 'Пакет ГБ', unlimited: 'Безлимит' },
  plans: 'Тарифы',
  days: 'На сколько дней',
  perGb: 'за ГБ',
  perDay: 'в день',
  best: 'выгоднее всего',
  next: (stars) => `Дальше · ${stars}`,
  choose: 'Выберите тариф',
};

const MESSAGES: Record<Language, typeof en> = { en, ru };

/** By size or unlimited, for unlimited how many days, and then the plans. */
export function planChoice(choice: PlanChoice, context: ScreenContext): Child {
  const messages = MESSAGES[context.language];
  return [
    swap(
      () => choice.kinds.value.length > 1,
      (hasBoth) =>
        hasBoth
          ? segmented(
              messages.kinds,
              choice.kinds.value.map((value) => ({ value, text: messages.kind[value] })),
              choice.kind,
            )
          : null,
    ),
    swap(
      () => (choice.kind.value === 'unlimited' ? choice.dayChoices.value : null),
      (lengths) =>
        lengths
          ? chips(
              messages.days,
              lengths.map((value) => ({ value, text: formatDays(context.language, value) })),
              choice.days,
            )
          : null,
    ),
    h(
      'fieldset',
      { class: 'plans' },
      h('legend', { class: 'visually-hidden' }, messages.plans),
      each(
        () => choice.plans.value,
        ({ id }) => id,
        (plan) => renderPlan(plan(), choice, context),
      ),
    ),
  ];
}

/** Telegram's button: on to the checkout of what is chosen. */
export function planButton(choice: PlanChoice, pathTo: (plan: Plan) => string, context: ScreenContext): void {
  const { language, router } = context;
  mainButton(() => {
    if (choice.plans.value.length === 0) return null;
    const plan = choice.chosen.value;
    if (!plan) return { text: MESSAGES[language].choose, isEnabled: false, onPress: () => {} };
    return {
      text: MESSAGES[language].next(formatStars(language, plan.price_stars)),
      onPress: () => router.navigate(pathTo(plan)),
    };
  });
}

function renderPlan(plan: Plan, choice: PlanChoice, { language, track }: ScreenContext): HTMLElement {
  const messages = MESSAGES[language];
  const choose = () => {
    haptic.select();
    choice.chosenId.value = plan.id;
    track('plan', { id: plan.id, stars: plan.price_stars });
  };
  const per = plan.data_mb === null ? plan.price_stars / plan.days : (plan.price_stars * 1000) / plan.data_mb;
  const isWorthSaying = plan.data_mb === null ? plan.days > 1 : plan.data_mb !== 1000;
  return h(
    'label',
    { class: 'plan' },
    h('input', {
      class: 'plan__input',
      type: 'radio',
      name: 'plan',
      value: plan.id,
      checked: () => choice.chosenId.value === plan.id,
      on: { change: choose },
    }),
    h(
      'span',
      { class: 'plan__body' },
      h(
        'span',
        { class: 'plan__line' },
        h('span', { class: 'plan__size' }, planSize(plan, language)),
        // The length of an unlimited plan is what was chosen above.
        plan.unlimited ? null : h('span', { class: 'plan__days' }, formatDays(language, plan.days)),
        h('span', { class: 'plan__price' }, price(plan.price_stars, language)),
      ),
      plan.unlimited ? h('span', { class: 'plan__words' }, unlimitedWords(plan, language)) : null,
      h(
        'span',
        { class: 'plan__line caption' },
        h(
          'span',
          { class: 'number' },
          usd(plan.price_usd, language),
          isWorthSaying
            ? [
                ' · ',
                withStars(`${formatNumber(language, Math.round(per))}\u00a0⭐`, language),
                ` ${plan.data_mb === null ? messages.perDay : messages.perGb}`,
              ]
            : null,
        ),
        () => (choice.bestId.value === plan.id ? h('span', { class: 'plan__hint' }, messages.best) : null),
      ),
    ),
  );
}
