import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Your eSIM is ready',
  installed: 'Your eSIM is installed',
  install: 'Install',
  openEsim: 'Open my eSIM',
  manual: 'By hand',
  address: 'SM-DP+ address',
  code: 'Activation code',
  full: 'Everything in one line',
  secret: 'The code works once. Do not send it to anyone.',
  details: { title: 'This eSIM', text: 'Data left, top-up, help' },
  howTo: 'How to install',
  didNotOpen: 'Nothing opened? Scan the QR code from another screen, or enter the codes by hand.',
  steps: {
    ios: [
      'Be on Wi-Fi and press “Install” below.',
      'Confirm “Add eSIM” and name the line “Travel”.',
      'Keep your own line for calls. Do not turn off anything else.',
      'On arrival: Settings → Cellular → this line. Turn it on, choose it for data, allow Data Roaming.',
    ],
    android: [
      'Be on Wi-Fi and press “Install” below.',
      'Confirm the download of the eSIM.',
      'Keep your own SIM for calls.',
      'On arrival: Settings → Network → SIMs → this eSIM. Turn it on, choose it for data, allow Roaming.',
    ],
    other: [
      'Take the phone that the eSIM is for, and be on Wi-Fi.',
      'iPhone: Settings → Cellular → Add eSIM. Android: Settings → Network → SIMs → Add eSIM.',
      'Scan the QR code above.',
      'On arrival, turn the line on, choose it for data, allow Data Roaming.',
    ],
  },
};

const ru: typeof en = {
  title: 'eSIM готов',
  installed: 'eSIM установлен',
  install: 'Установить',
  openEsim: 'Открыть мой eSIM',
  manual: 'Вручную',
  address: 'Адрес SM-DP+',
  code: 'Код активации',
  full: 'Всё одной строкой',
  secret: 'Код работает один раз. Никому его не отправляйте.',
  details: { title: 'Этот eSIM', text: 'Остаток, пополнение, помощь' },
  howTo: 'Как установить',
  didNotOpen: 'Ничего не открылось? Отсканируйте QR-код с другого экрана или введите коды вручную.',
  steps: {
    ios: [
      'Подключитесь к Wi-Fi и нажмите «Установить» внизу.',
      'Подтвердите «Добавить eSIM» и назовите линию «Поездка».',
      'Свой номер оставьте для звонков. Больше ничего не выключайте.',
      'По прилёте: Настройки → Сотовая связь → эта линия. Включите её, выберите для данных, разрешите роуминг данных.',
    ],
    android: [
      'Подключитесь к Wi-Fi и нажмите «Установить» внизу.',
      'Подтвердите загрузку eSIM.',
      'Свою SIM оставьте для звонков.',
      'По прилёте: Настройки → Сеть → SIM-карты → этот eSIM. Включите его, выберите для данных, разрешите роуминг.',
    ],
    other: [
      'Возьмите телефон, в который ставите eSIM, и подключите его к Wi-Fi.',
      'iPhone: Настройки → Сотовая связь → Добавить eSIM. Android: Настройки → Сеть → SIM-карты → Добавить eSIM.',
      'Отсканируйте QR-код выше.',
      'По прилёте включите линию, выберите её для данных, разрешите роуминг данных.',
    ],
  },
};

export const readyMessages: Record<Language, typeof en> = { en, ru };
