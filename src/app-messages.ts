import type { Language } from '../lib/contract/session.ts';

const en = {
  title: 'eSIM for travel',
  lost: { title: 'Nothing here', text: 'This page does not exist.', action: 'See all destinations' },
  broken: {
    title: 'The page did not load',
    text: 'The connection was lost, or the shop was just updated.',
    action: 'Load again',
  },
};

const ru: typeof en = {
  title: 'eSIM для поездок',
  lost: { title: 'Здесь ничего нет', text: 'Такой страницы не существует.', action: 'Ко всем направлениям' },
  broken: {
    title: 'Страница не загрузилась',
    text: 'Пропала связь, или магазин только что обновился.',
    action: 'Загрузить снова',
  },
};

export const appMessages: Record<Language, typeof en> = { en, ru };
