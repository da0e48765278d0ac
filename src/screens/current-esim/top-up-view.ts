import './install.css';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import type { Esim } from '../../../lib/contract/esim.ts';
import { formatDays } from '../../../lib/i18n/format.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { canTopUp } from '../../esim-words.ts';
import { planSize } from '../../plan-words.ts';
import { createResource, valueOf } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { haptic } from '../../telegram.ts';
import { accordion } from '../../ui/accordion.ts';
import { callout } from '../../ui/callout.ts';
import { card, section } from '../../ui/card.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { icon } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { notice } from '../../ui/notice.ts';
import { price } from '../../ui/price.ts';
import { skeletonBlock, skeletonList } from '../../ui/skeleton.ts';
import { unlimitedWords } from '../destination/unlimited-words.ts';
import { esimHeader } from './esim-header.ts';
import { plansForTopUp } from './top-up.ts';
import { topUpMessages } from './top-up-messages.ts';
import { topUpWords } from './top-up-words.ts';

interface Offer {
  esim: Esim;
  plans: ReturnType<typeof plansForTopUp>;
}

/** More data for an eSIM: when it would start is said before anything is chosen. */
export function render(context: ScreenContext): HTMLElement {
  const { client, language, params, track } = context;
  const messages = topUpMessages[language];
  const offer = createResource(async (): Promise<Offer> => {
    const esim = await client.getEsim(params['id'] ?? '');
    const { plans } = await client.getProducts(esim.country_code);
    return { esim, plans: plansForTopUp(canTopUp(esim.state) ? plans : []) };
  });
  void offer.reload().then(() => {
    const code = valueOf(offer)?.esim.country_code;
    if (code !== undefined) track('destination', { code, is_top_up: true });
  });

  return h(
    'div',
    { class: 'install' },
    esimHeader(messages.title, () => valueOf(offer)?.esim, language),
    faces(offer, context, {
      loading: () => h('div', { class: 'install__parts' }, skeletonBlock(84), skeletonList(6)),
      ready: (value) =>
        swap(
          () => value().plans.data.length + value().plans.unlimited.length > 0,
          (hasPlans) => (hasPlans ? renderOffer(value(), context) : renderNone(value().esim, context)),
        ),
    }),
  );
}

function renderNone({ country_code: code }: Esim, { language, router }: ScreenContext): HTMLElement {
  const { title, text, action } = topUpMessages[language].empty;
  return notice({ icon: 'sim', title, text, action: { text: action, onPress: () => router.replace(`/to/${code}`) } });
}

function renderOffer({ esim, plans }: Offer, context: ScreenContext): Child {
  const { language, router } = context;
  const messages = topUpMessages[language];
  const words = topUpWords(esim, language);
  const rows = (some: readonly Plan[]) => list(some.map((plan) => planRow(plan, esim, context)));
  const unlimited =
    plans.unlimited.length === 0
      ? null
      : card(
          accordion(messages.unlimited, () => h('div', { class: 'install__rows' }, rows(plans.unlimited)), {
            isOpen: plans.data.length === 0,
          }),
        );
  return h(
    'div',
    { class: 'install__parts' },
    callout('quiet', 'clock', [words.start, words.days].filter(Boolean).join(' ')),
    plans.data.length === 0 ? null : section({ title: messages.data, note: words.install }, rows(plans.data)),
    unlimited,
    list(
      listRow({
        leading: icon('sim'),
        title: messages.asNew.title,
        subtitle: messages.asNew.text,
        onPress: () => router.navigate(`/to/${esim.country_code}`),
      }),
    ),
  );
}

function planRow(plan: Plan, esim: Esim, { language, router, track }: ScreenContext): HTMLElement {
  return listRow({
    title: planSize(plan, language),
    subtitle: [formatDays(language, plan.days), unlimitedWords(plan, language)].filter(Boolean).join('. '),
    trailing: price(plan.price_stars, language),
    onPress: () => {
      haptic.tap();
      track('plan', { id: plan.id, stars: plan.price_stars });
      router.navigate(checkoutPath(plan.id, esim.country_code, esim.id));
    },
  });
}
