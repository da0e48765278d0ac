import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Top up',
  when: {
    queued: (until: string) =>
      `It waits in the queue: your plan runs until ${until} first, or until its data is used. It does not add days to it; its own days count from when it starts.`,
    queuedBehindNew:
      'It waits in the queue behind the plan you have already bought. Its own days count from when it starts.',
    now: 'It starts at the next connection there. Its days count from then.',
  },
  nothingToInstall: 'Nothing to install: it comes to the eSIM that is in your phone.',
  data: 'By size',
  unlimited: 'Unlimited',
  asNew: { title: 'Buy as a new eSIM', text: 'If none of these fits, or for another phone' },
  empty: {
    title: 'This eSIM takes no more plans',
    text: 'The operator sells none that fit it. A new eSIM works beside the old one.',
    action: 'Choose a new eSIM',
  },
};

const ru: typeof en = {
  title: 'Пополнить',
  when: {
    queued: (until) =>
      `Встанет в очередь: сначала ваш тариф до ${until} или пока не кончится его интернет. Дней к нему не добавит: его дни пойдут, когда он начнётся.`,
    queuedBehindNew: 'Встанет в очередь за тарифом, который уже куплен. Его дни пойдут, когда он начнётся.',
    now: 'Начнётся при следующем подключении на месте. С него же считаются дни.',
  },
  nothingToInstall: 'Устанавливать ничего не нужно: придёт на eSIM, который уже в телефоне.',
  data: 'Пакет ГБ',
  unlimited: 'Безлимит',
  asNew: { title: 'Купить новым eSIM', text: 'Если ничего не подошло или для другого телефона' },
  empty: {
    title: 'Этот eSIM пополнить нельзя',
    text: 'У оператора нет тарифов, которые к нему подходят. Новый eSIM работает рядом со старым.',
    action: 'Выбрать новый eSIM',
  },
};

export const topUpMessages: Record<Language, typeof en> = { en, ru };
