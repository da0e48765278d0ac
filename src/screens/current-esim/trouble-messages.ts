import type { Language } from '../../../lib/contract/session.ts';
import type { Cause, Question } from './trouble.ts';

interface CauseWords {
  title: string;
  text: string;
  action: string;
}

interface Words {
  title: string;
  checking: string;
  again: string;
  question: Record<Question, { text: string; hint: string; yes: string; no: string }>;
  cause: Record<Cause, CauseWords>;
}

const en: Words = {
  title: 'Not working?',
  checking: 'Reading the state at the operator…',
  again: 'Start again',
  question: {
    there: {
      text: 'Are you where the plan works right now?',
      hint: 'At home it finds no network, only where the plan is for.',
      yes: 'Yes, I am there',
      no: 'Not yet, or elsewhere',
    },
    roaming: {
      text: 'Is data roaming on for this line, and is it chosen for data?',
      hint: 'iPhone: Settings → Cellular → this line. Android: Settings → Network → SIMs → this eSIM.',
      yes: 'Yes, both',
      no: 'No, or not sure',
    },
  },
  cause: {
    install: {
      title: 'It is not in the phone yet',
      text: 'The operator has not seen this eSIM in any phone. Install it over Wi-Fi: one tap, QR code or by hand.',
      action: 'Install',
    },
    not_there_yet: {
      title: 'All is well: it waits for the trip',
      text: 'It is installed and finds its network on arrival. Then turn the line on and allow its roaming.',
      action: 'Open the eSIM',
    },
    turn_on_roaming: {
      title: 'Roaming is off for this line',
      text: 'Turn the line on, choose it for mobile data and allow data roaming: it costs nothing extra. Then wait two minutes.',
      action: 'Done, check again',
    },
    choose_network: {
      title: 'The phone does not find the network',
      text: 'Turn flight mode on for ten seconds and off. No help? Turn “Automatic” off under network selection, choose another operator, and restart the phone. If it still does not work, write to us.',
      action: 'Write to us',
    },
    elsewhere: {
      title: 'This plan does not work there',
      text: 'The eSIM is in order, but its plan is for another place. Take a plan for where you are.',
      action: 'Choose a destination',
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
      text: 'The operator has turned it off. A new one works; if there was data left on this one, write to us.',
      action: 'Choose a new eSIM',
    },
    unknown: {
      title: 'The cause is not clear from here',
      text: 'The operator’s answer does not tell. Write to us, a person will look.',
      action: 'Write to us',
    },
  },
};

const ru: Words = {
  title: 'Не работает?',
  checking: 'Читаем состояние у оператора…',
  again: 'Начать сначала',
  question: {
    there: {
      text: 'Вы сейчас там, где действует тариф?',
      hint: 'Дома он сеть не найдёт, только там, для чего куплен тариф.',
      yes: 'Да, я на месте',
      no: 'Ещё нет или в другом месте',
    },
    roaming: {
      text: 'Роуминг данных для этой линии включён, и она выбрана для интернета?',
      hint: 'iPhone: Настройки → Сотовая связь → эта линия. Android: Настройки → Сеть → SIM-карты → этот eSIM.',
      yes: 'Да, и то и другое',
      no: 'Нет или не знаю',
    },
  },
  cause: {
    install: {
      title: 'Его ещё нет в телефоне',
      text: 'Оператор не видел этот eSIM ни в одном телефоне. Установите его по Wi-Fi: одним касанием, по QR-коду или вручную.',
      action: 'Установить',
    },
    not_there_yet: {
      title: 'Всё в порядке: он ждёт поездки',
      text: 'Он установлен и найдёт сеть на месте. Тогда включите линию и разрешите для неё роуминг.',
      action: 'Открыть eSIM',
    },
    turn_on_roaming: {
      title: 'Для этой линии выключен роуминг',
      text: 'Включите линию, выберите её для мобильного интернета и разрешите роуминг данных: доплаты за него нет. Подождите две минуты.',
      action: 'Готово, проверить',
    },
    choose_network: {
      title: 'Телефон не находит сеть',
      text: 'Включите авиарежим на десять секунд и выключите. Не помогло? В выборе сети отключите «Автоматически», выберите другого оператора и перезагрузите телефон. Если не заработает, напишите нам.',
      action: 'Написать нам',
    },
    elsewhere: {
      title: 'Там этот тариф не действует',
      text: 'С eSIM всё в порядке, но его тариф для другого места. Возьмите тариф для того, где вы сейчас.',
      action: 'Выбрать направление',
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
      text: 'Оператор отключил его. Поможет новый; если на этом оставался интернет, напишите нам.',
      action: 'Выбрать новый eSIM',
    },
    unknown: {
      title: 'Отсюда причина не видна',
      text: 'Из ответа оператора она не ясна. Напишите нам, посмотрит человек.',
      action: 'Написать нам',
    },
  },
};

export const troubleMessages: Record<Language, Words> = { en, ru };
