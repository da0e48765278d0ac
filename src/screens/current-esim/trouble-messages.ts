import type { Language } from '../../../lib/contract/session.ts';
import type { Cause, Place } from './trouble.ts';

interface CauseWords {
  title: string;
  text: string;
  steps?: readonly string[];
  action: string;
}

const en = {
  title: 'Not working?',
  checking: 'Reading the state at the operator…',
  again: 'Start again',
  old: 'We go by what we knew last.',
  notAnswered: 'The operator has not answered yet.',
  withoutAnswer: 'Meanwhile check the phone',
  contact: 'Write to us',
  newEsim: 'Choose a new eSIM',
  whereInSettings: 'iPhone: Settings → Cellular → this line. Android: Settings → Network → SIMs → this eSIM.',
  anyWifi: 'No help? Write to us: any Wi-Fi will do for that.',
  daysRun: (until: string) => `The days are running: until ${until}.`,
  slow: (fairUse: string) => `It is slow, but works? This plan gives ${fairUse}, until the next day.`,
  slowUnlimited:
    'It is slow, but works? An unlimited plan slows down once the day’s share is used, until the next day.',
  neverInstalled:
    'It was never installed. Write to us before you buy a new one: if it fails for a reason on our side, all the Stars come back. If they are back already, “Purchases” shows it.',
  place: {
    text: 'Are you where the plan works right now?',
    hint: (place: string) => `The plan is for: ${place}. Elsewhere it finds no network.`,
    answers: {
      there: 'Yes, I am there',
      not_yet: 'Not yet: at home or on the way',
      elsewhere: 'No, I am somewhere else',
    } satisfies Record<Place, string>,
  },
  roaming: {
    text: 'Is data roaming on for this line, and is it chosen for data?',
    yes: 'Yes, both',
    no: 'No, or not sure',
  },
  cause: {
    install: {
      title: 'It is not in the phone yet',
      text: 'The operator has not seen this eSIM in any phone. Install it over Wi-Fi: one tap, QR code or by hand. Just installed it? The operator hears of it in a few minutes.',
      action: 'Install',
    },
    not_there_yet: {
      title: 'All is well: it waits for the trip',
      text: 'There is nothing to do now: it finds its network on arrival by itself. Then turn the line on, choose it for data and allow its roaming.',
      action: 'Open the eSIM',
    },
    elsewhere: {
      title: 'Another place needs another plan',
      text: 'Nothing speaks of a fault. Take a plan for where you are.',
      action: 'Choose a destination',
    },
    turn_on_roaming: {
      title: 'Turn on roaming for this line',
      text: 'It costs nothing extra: the data is paid for.',
      steps: [
        'Turn the line of this eSIM on.',
        'Choose it for mobile data.',
        'Allow data roaming for it.',
        'Restart the phone and wait two minutes.',
      ],
      action: 'Done, check',
    },
    choose_network: {
      title: 'The operator has not seen it in a network',
      text: 'Go through this in turn. The first network may take a few minutes.',
      steps: [
        'Turn flight mode on for ten seconds and off.',
        'Turn “Automatic” off under network selection and choose another operator.',
        'Access point (APN): automatic, without settings of your own.',
        'Restart the phone.',
      ],
      action: 'Write to us',
    },
    check_phone: {
      title: 'The operator sees no fault',
      text: 'It has seen this eSIM in a network, and there is data on it. Go through the phone in turn.',
      steps: [
        'Restart the phone.',
        'This line is chosen for mobile data, and its roaming is on.',
        'Access point (APN): automatic, without settings of your own.',
        'VPN and data saver are off.',
        'Turn “Automatic” off under network selection and choose another operator.',
      ],
      action: 'Write to us',
    },
    connected: {
      title: 'It works: the operator sees it in a network',
      text: 'If pages do not open yet, restart the phone and turn the VPN off.',
      action: 'Open the eSIM',
    },
    data_used_up: {
      title: 'The data is used up',
      text: 'Top up, and it goes on at once. Nothing to install.',
      action: 'Top up',
    },
    plan_ended: {
      title: 'The days are over',
      text: 'Top up, and the same eSIM works again. Nothing to install.',
      action: 'Top up',
    },
    wait: {
      title: 'The operator is still preparing it',
      text: 'That takes a few minutes at most. If it does not come, the Stars come back by themselves.',
      action: 'Check again',
    },
    suspended: {
      title: 'The operator has paused this eSIM',
      text: 'You cannot change that yourself. Write to us: we ask the operator and tell you.',
      action: 'Write to us',
    },
    new_esim: {
      title: 'This eSIM cannot be used any more',
      text: 'The operator has turned it off. If there was data left on it, write to us before you buy a new one: a person decides about the Stars. Data that was used is not refunded.',
      action: 'Write to us',
    },
    unknown: {
      title: 'The cause is not clear from here',
      text: 'The operator’s answer does not tell. Write to us, a person will look.',
      action: 'Write to us',
    },
  } satisfies Record<Cause, CauseWords> as Record<Cause, CauseWords>,
};

const ru: typeof en = {
  title: 'Не работает?',
  checking: 'Читаем состояние у оператора…',
  again: 'Начать сначала',
  old: 'Судим по последнему, что знаем.',
  notAnswered: 'Оператор ещё не ответил.',
  withoutAnswer: 'Пока проверьте телефон',
  contact: 'Написать нам',
  newEsim: 'Выбрать новый eSIM',
  whereInSettings: 'iPhone: Настройки → Сотовая связь → эта линия. Android: Настройки → Сеть → SIM-карты → этот eSIM.',
  anyWifi: 'Не помогло? Напишите нам: для этого хватит любого Wi-Fi.',
  daysRun: (until) => `Дни уже идут: до ${until}.`,
  slow: (fairUse) => `Работает, но медленно? В этом тарифе ${fairUse}, до следующего дня.`,
  slowUnlimited: 'Работает, но медленно? Когда дневная доля израсходована, безлимит замедляется до следующего дня.',
  neverInstalled:
    'Он не был установлен. Напишите нам, прежде чем покупать новый: если он не работает по нашей вине, вернём все звёзды. Если они уже вернулись, это видно в «Покупках».',
  place: {
    text: 'Вы сейчас там, где действует тариф?',
    hint: (place) => `Тариф: ${place}. В других местах он сеть не найдёт.`,
    answers: {
      there: 'Да, я на месте',
      not_yet: 'Ещё нет: дома или в пути',
      elsewhere: 'Нет, я в другом месте',
    },
  },
  roaming: {
    text: 'Роуминг данных для этой линии включён, и она выбрана для интернета?',
    yes: 'Да, и то и другое',
    no: 'Нет или не знаю',
  },
  cause: {
    install: {
      title: 'Его ещё нет в телефоне',
      text: 'Оператор не видел этот eSIM ни в одном телефоне. Установите его по Wi-Fi: одним касанием, по QR-коду или вручную. Только что установили? Оператор узнаёт об этом через несколько минут.',
      action: 'Установить',
    },
    not_there_yet: {
      title: 'Всё в порядке: он ждёт поездки',
      text: 'Сейчас делать ничего не нужно: на месте он сам найдёт сеть. Там включите линию, выберите её для интернета и разрешите для неё роуминг.',
      action: 'Открыть eSIM',
    },
    elsewhere: {
      title: 'Для другого места нужен другой тариф',
      text: 'О поломке ничто не говорит. Возьмите тариф для того места, где вы сейчас.',
      action: 'Выбрать направление',
    },
    turn_on_roaming: {
      title: 'Включите роуминг для этой линии',
      text: 'Доплаты за него нет: интернет уже оплачен.',
      steps: [
        'Включите линию этого eSIM.',
        'Выберите её для мобильного интернета.',
        'Разрешите для неё роуминг данных.',
        'Перезагрузите телефон и подождите две минуты.',
      ],
      action: 'Готово, проверить',
    },
    choose_network: {
      title: 'Оператор не видел его в сети',
      text: 'Сделайте по порядку. Первая сеть находится за несколько минут.',
      steps: [
        'Включите авиарежим на десять секунд и выключите.',
        'В выборе сети отключите «Автоматически» и выберите другого оператора.',
        'Точка доступа (APN): автоматически, без своих настроек.',
        'Перезагрузите телефон.',
      ],
      action: 'Написать нам',
    },
    check_phone: {
      title: 'У оператора всё в порядке',
      text: 'Он видел этот eSIM в сети, и интернет на нём есть. Проверьте телефон по порядку.',
      steps: [
        'Перезагрузите телефон.',
        'Эта линия выбрана для мобильного интернета, роуминг для неё включён.',
        'Точка доступа (APN): автоматически, без своих настроек.',
        'VPN и экономия трафика выключены.',
        'В выборе сети отключите «Автоматически» и выберите другого оператора.',
      ],
      action: 'Написать нам',
    },
    connected: {
      title: 'Работает: оператор видит его в сети',
      text: 'Если страницы ещё не открываются, перезагрузите телефон и выключите VPN.',
      action: 'Открыть eSIM',
    },
    data_used_up: {
      title: 'Интернет израсходован',
      text: 'Пополните, и он сразу продолжит работать. Устанавливать ничего не нужно.',
      action: 'Пополнить',
    },
    plan_ended: {
      title: 'Дни закончились',
      text: 'Пополните, и тот же eSIM снова заработает. Устанавливать ничего не нужно.',
      action: 'Пополнить',
    },
    wait: {
      title: 'Оператор ещё готовит его',
      text: 'Это занимает не больше нескольких минут. Если не получится, звёзды вернутся сами.',
      action: 'Проверить ещё раз',
    },
    suspended: {
      title: 'Оператор приостановил этот eSIM',
      text: 'Самому это не изменить. Напишите нам: спросим оператора и расскажем.',
      action: 'Написать нам',
    },
    new_esim: {
      title: 'Этим eSIM больше нельзя пользоваться',
      text: 'Оператор отключил его. Если на нём оставался интернет, напишите нам, прежде чем покупать новый: про звёзды решает человек. За израсходованный интернет возврата нет.',
      action: 'Написать нам',
    },
    unknown: {
      title: 'Отсюда причина не видна',
      text: 'Из ответа оператора она не ясна. Напишите нам, посмотрит человек.',
      action: 'Написать нам',
    },
  },
};

export const troubleMessages: Record<Language, typeof en> = { en, ru };
