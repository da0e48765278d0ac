import type { Advice } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Install on your phone',
  install: 'Install',
  done: 'Already installed',
  check: 'Check again',
  toEsim: 'Open the eSIM',
  hint: {
    here: 'Press “Install”, confirm on the phone and come back here: we will check if it worked.',
    elsewhere: 'When the phone says that the eSIM was added, press the button below: we will check if it worked.',
    installed: 'This eSIM is already in a phone. The code is kept here in case you need it again.',
  },
  checking: 'Looking at the operator’s side…',
  advice: {
    works: 'It works: the phone is in the network.',
    install_first:
      'We do not see it in a phone yet. If the phone says it was added, wait a minute and check again. If not, scan the QR code or enter the codes by hand.',
    turn_on_and_roam:
      'Installed. It waits for its first network: on arrival turn this line on, choose it for data and allow roaming.',
    out_of_coverage: 'Installed, but this plan does not work where the phone is now.',
    data_used_up: 'Installed, but its data is used up. Top it up.',
    plan_ended: 'Installed, but its days are over. Top it up.',
    wait_for_issue: 'The operator is still preparing it. Check again in a minute.',
    suspended: 'The operator has paused this eSIM. Write to us.',
    needs_new_esim: 'This eSIM cannot be used any more. Take a new one.',
    unknown: 'The operator has not answered clearly. Check again in a few minutes.',
  } satisfies Record<Advice, string>,
};

const ru: typeof en = {
  title: 'Установка в телефон',
  install: 'Установить',
  done: 'Уже установлен',
  check: 'Проверить ещё раз',
  toEsim: 'Открыть eSIM',
  hint: {
    here: 'Нажмите «Установить», подтвердите на телефоне и вернитесь сюда: мы посмотрим, получилось ли.',
    elsewhere: 'Когда телефон скажет, что eSIM добавлен, нажмите кнопку внизу: мы посмотрим, получилось ли.',
    installed: 'Этот eSIM уже в телефоне. Код хранится здесь на случай, если понадобится снова.',
  },
  checking: 'Смотрим у оператора…',
  advice: {
    works: 'Работает: телефон в сети.',
    install_first:
      'Пока не видим его в телефоне. Если телефон сказал, что eSIM добавлен, подождите минуту и проверьте ещё раз. Если нет, отсканируйте QR-код или введите коды вручную.',
    turn_on_and_roam:
      'Установлен. Ждёт первой сети: по прилёте включите эту линию, выберите её для данных и разрешите роуминг.',
    out_of_coverage: 'Установлен, но там, где сейчас телефон, этот тариф не действует.',
    data_used_up: 'Установлен, но интернет израсходован. Пополните его.',
    plan_ended: 'Установлен, но дни закончились. Пополните его.',
    wait_for_issue: 'Оператор ещё готовит его. Проверьте через минуту.',
    suspended: 'Оператор приостановил этот eSIM. Напишите нам.',
    needs_new_esim: 'Этим eSIM больше нельзя пользоваться. Возьмите новый.',
    unknown: 'Оператор не ответил ясно. Проверьте через несколько минут.',
  },
};

export const installMessages: Record<Language, typeof en> = { en, ru };
