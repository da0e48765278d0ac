import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'Your eSIM is ready',
  installed: 'Your eSIM is installed',
  inPhone: 'It is in the phone. Data left, top-up and the QR code are on its own page.',
  arrival: 'When you are there, turn on its line, choose it for data and allow Data Roaming.',
  install: 'Install',
  openEsim: 'Open my eSIM',
  details: { title: 'This eSIM', text: 'Data left, top-up, help' },
};

const ru: typeof en = {
  title: 'eSIM готов',
  installed: 'eSIM установлен',
  inPhone: 'Он уже в телефоне. Остаток, пополнение и QR-код — на его странице.',
  arrival: 'На месте включите его линию, выберите её для данных и разрешите роуминг данных.',
  install: 'Установить',
  openEsim: 'Открыть мой eSIM',
  details: { title: 'Этот eSIM', text: 'Остаток, пополнение, помощь' },
};

export const readyMessages: Record<Language, typeof en> = { en, ru };
