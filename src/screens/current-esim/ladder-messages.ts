import type { Language } from '../../../lib/contract/session.ts';

const en = {
  trip: {
    title: 'For the trip',
    steps: [
      'Install the eSIM at home, over Wi-Fi.',
      'Turn data roaming on for this line; it costs nothing extra.',
      'Turn mobile data off for your own SIM, so that it does not roam.',
      'On arrival choose this line for data. The first connection takes up to five minutes.',
    ],
  },
  newPhone: {
    title: 'A new phone, or deleted by mistake?',
    unused: 'This code has not been used: it can still go into any phone, once.',
    used: 'It can be in one phone at a time. If it was deleted there, try the same code again: some operators allow it. If the phone says that the code is used, write to us.',
  },
};

const ru: typeof en = {
  trip: {
    title: 'Для поездки',
    steps: [
      'Установите eSIM дома, по Wi-Fi.',
      'Включите роуминг данных для этой линии: доплаты за него нет.',
      'Выключите мобильный интернет у своей SIM, чтобы она не ушла в роуминг.',
      'По прилёте выберите эту линию для данных. Первое подключение занимает до пяти минут.',
    ],
  },
  newPhone: {
    title: 'Новый телефон или случайно удалили?',
    unused: 'Этот код ещё не использован: его можно один раз установить в любой телефон.',
    used: 'Он может быть только в одном телефоне. Если его там удалили, попробуйте тот же код ещё раз: некоторые операторы это позволяют. Если телефон пишет, что код использован, напишите нам.',
  },
};

export const ladderMessages: Record<Language, typeof en> = { en, ru };
