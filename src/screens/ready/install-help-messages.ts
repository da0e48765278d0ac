import type { Language } from '../../../lib/contract/session.ts';

const en = {
  manual: 'By hand',
  address: 'SM-DP+ address',
  code: 'Activation code',
  full: 'Everything in one line',
  secret: 'The code works once. Do not send it to anyone.',
  howTo: 'How to install',
  didNotOpen: 'Nothing opened? Scan the QR code from another screen, or enter the codes by hand.',
  steps: {
    ios: [
      'Be on Wi-Fi and press “Install” below.',
      'Confirm “Add eSIM” and name the line “Travel”.',
      'Keep your own line for calls.',
      'There: Settings → Cellular → “Travel”. Turn on the line, its data and Data Roaming.',
    ],
    android: [
      'Be on Wi-Fi and press “Install” below.',
      'Confirm the download of the eSIM.',
      'Keep your own SIM for calls.',
      'There: Settings → Network → SIMs. Turn on the eSIM, its data and Roaming.',
    ],
    other: [
      'Take the phone that the eSIM is for, and be on Wi-Fi.',
      'iPhone: Settings → Cellular → Add eSIM. Android: Settings → Network → SIMs → Add eSIM.',
      'Scan the QR code above.',
      'There, turn on the line, its data and Data Roaming.',
    ],
  },
};

const ru: typeof en = {
  manual: 'Вручную',
  address: 'Адрес SM-DP+',
  code: 'Код активации',
  full: 'Всё одной строкой',
  secret: 'Код работает один раз. Никому его не отправляйте.',
  howTo: 'Как установить',
  didNotOpen: 'Ничего не открылось? Отсканируйте QR-код с другого экрана или введите коды вручную.',
  steps: {
    ios: [
      'Подключитесь к Wi-Fi и нажмите «Установить» внизу.',
      'Подтвердите «Добавить eSIM» и назовите линию «Поездка».',
      'Свой номер оставьте для звонков.',
      'На месте: Настройки → Сотовая связь → «Поездка». Включите линию, данные и роуминг.',
    ],
    android: [
      'Подключитесь к Wi-Fi и нажмите «Установить» внизу.',
      'Подтвердите загрузку eSIM.',
      'Свою SIM оставьте для звонков.',
      'На месте: Настройки → Сеть → SIM-карты. Включите eSIM, данные и роуминг.',
    ],
    other: [
      'Возьмите телефон, в который ставите eSIM, и подключите его к Wi-Fi.',
      'iPhone: Настройки → Сотовая связь → Добавить eSIM. Android: Настройки → Сеть → SIM-карты → Добавить eSIM.',
      'Отсканируйте QR-код выше.',
      'На месте включите линию, данные через неё и роуминг.',
    ],
  },
};

export const installHelpMessages: Record<Language, typeof en> = { en, ru };
