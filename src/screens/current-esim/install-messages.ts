import type { Advice } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: { new: 'Install on your phone', inPhone: 'How to turn it on' },
  install: 'Install',
  done: 'Already installed',
  look: 'Check the connection',
  again: 'Check again',
  toEsim: 'Open the eSIM',
  hint: {
    here: 'Press “Install”, confirm on the phone and come back here: we will check if it worked.',
    elsewhere: 'When the phone says that the eSIM was added, press the button below: we will check if it worked.',
    inPhone: 'It is already in a phone: nothing to scan. If there is no internet there, go through these steps.',
  },
  checking: 'Looking at the operator’s side…',
  advice: {
    works: 'It works: the phone is in the network.',
    install_first:
      'We do not see it in a phone yet. If the phone says it was added, wait a minute and check again. If not, scan the QR code or enter the codes by hand.',
    turn_on_and_roam:
      'Installed. It waits for its first network: on arrival turn this line on, choose it for data and allow roaming.',
    out_of_coverage: 'Installed, but this plan does not work where the phone is now.',
    wait_for_issue: 'The operator is still preparing it. Check again in a minute.',
    unknown: 'The operator has not answered clearly. Check again in a few minutes.',
    // The others are told on the eSIM's own screen.
  } as Partial<Record<Advice, string>>,
};

const ru: typeof en = {
  title: { new: 'Установка в телефон', inPhone: 'Как включить' },
  install: 'Установить',
  done: 'Уже установлен',
  look: 'Проверить связь',
  again: 'Проверить ещё раз',
  toEsim: 'Открыть eSIM',
  hint: {
    here: 'Нажмите «Установить», подтвердите на телефоне и вернитесь сюда: мы посмотрим, получилось ли.',
    elsewhere: 'Когда телефон скажет, что eSIM добавлен, нажмите кнопку внизу: мы посмотрим, получилось ли.',
    inPhone: 'Он уже в телефоне: сканировать ничего не нужно. Если на месте нет интернета, пройдите по этим шагам.',
  },
  checking: 'Смотрим у оператора…',
  advice: {
    works: 'Работает: телефон в сети.',
    install_first:
      'Пока не видим его в телефоне. Если телефон сказал, что eSIM добавлен, подождите минуту и проверьте ещё раз. Если нет, отсканируйте QR-код или введите коды вручную.',
    turn_on_and_roam:
      'Установлен. Ждёт первой сети: по прилёте включите эту линию, выберите её для данных и разрешите роуминг.',
    out_of_coverage: 'Установлен, но там, где сейчас телефон, этот тариф не действует.',
    wait_for_issue: 'Оператор ещё готовит его. Проверьте через минуту.',
    unknown: 'Оператор не ответил ясно. Проверьте через несколько минут.',
  },
};

export const installMessages: Record<Language, typeof en> = { en, ru };
