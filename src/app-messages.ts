import type { Language } from '../lib/contract/session.ts';

const en = {
  title: 'eSIM for travel',
  outside: {
    title: 'The shop lives in Telegram',
    text: 'Open our bot in Telegram and press “Open the shop”. Your eSIMs are there too.',
  },
  lost: { title: 'Nothing here', text: 'This page does not exist.', action: 'To all destinations' },
  broken: {
    title: 'The page did not load',
    text: 'The connection was lost, or the shop was just updated.',
    action: 'Load again',
  },
};

const ru: typeof en = {
  title: 'eSIM для поездок',
  outside: {
    title: 'Магазин живёт в Telegram',
    text: 'Откройте нашего бота в Telegram и нажмите «Открыть магазин». Ваши eSIM тоже там.',
  },
  lost: { title: 'Здесь ничего нет', text: 'Такой страницы не существует.', action: 'Ко всем направлениям' },
  broken: {
    title: 'Страница не загрузилась',
    text: 'Пропала связь, или магазин только что обновился.',
    action: 'Загрузить снова',
  },
};

export const appMessages: Record<Language, typeof en> = { en, ru };
