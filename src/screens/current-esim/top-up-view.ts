import './install.css';
import type { Plan } from '../../../lib/contract/catalogue.ts';
import type { Esim } from '../../../lib/contract/esim.ts';
import { checkoutPath } from '../../checkout-path.ts';
import { canTopUp } from '../../esim-words.ts';
import { createPlanChoice, type PlanChoice } from '../../plan-choice.ts';
import { createResource, valueOf } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { callout } from '../../ui/callout.ts';
import { h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { icon } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { notice } from '../../ui/notice.ts';
import { planButton, planChoice } from '../../ui/plan-choice.ts';
import { skeletonBlock, skeletonList } from '../../ui/skeleton.ts';
import { esimHeader } from './esim-header.ts';
import { plansForTopUp } from './top-up.ts';
import { topUpMessages } from './top-up-messages.ts';
import { topUpWords } from './top-up-words.ts';

interface Offer {
  esim: Esim;
  plans: readonly Plan[];
}

/** More data for an eSIM: when it would start is said before anything is chosen. */
export function render(context: ScreenContext): HTMLElement {
  const { client, language, params, track } = context;
  const id = params['id'] ?? '';
  const messages = topUpMessages[language];
  const offer = createResource(async (): Promise<Offer> => {
    const esim = await client.getEsim(id);
    const { plans } = await client.getProducts(esim.country_code);
    return { esim, plans: canTopUp(esim.state) ? plansForTopUp(plans) : [] };
  });
  const choice = createPlanChoice(() => valueOf(offer)?.plans ?? [], id);
  planButton(choice, (plan) => checkoutPath(plan.id, valueOf(offer)?.esim.country_code ?? '', id), context);
  void offer.reload().then(() => {
    const code = valueOf(offer)?.esim.country_code;
    if (code !== undefined) track('destination', { code, is_top_up: true });
  });

  return h(
    'div',
    { class: 'install' },
    esimHeader(messages.title, () => valueOf(offer)?.esim, language),
    faces(offer, context, {
      loading: () => h('div', { class: 'install__parts' }, skeletonBlock(84), skeletonList(6, 'card')),
      ready: (value) =>
        swap(
          () => value().plans.length > 0,
          (hasPlans) => (hasPlans ? renderOffer(value().esim, choice, context) : renderNone(value().esim, context)),
        ),
    }),
  );
}

function renderNone({ country_code: code }: Esim, { language, router }: ScreenContext): HTMLElement {
  const { title, text, action } = topUpMessages[language].empty;
  return notice({ icon: 'sim', title, text, action: { text: action, onPress: () => router.replace(`/to/${code}`) } });
}

function renderOffer(esim: Esim, choice: PlanChoice, context: ScreenContext): Child {
  const { language, router } = context;
  const messages = topUpMessages[language];
  const words = topUpWords(esim, language);
  return h(
    'div',
    { class: 'install__parts' },
    callout('quiet', 'clock', [words.start, words.days].filter(Boolean).join(' ')),
    planChoice(choice, context),
    h('p', { class: 'caption' }, words.install),
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
