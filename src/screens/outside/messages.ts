import type { Language } from '../../../lib/contract/session.ts';

const en = {
  title: 'The shop lives in Telegram',
  text: 'Open our bot in Telegram and press “Open the shop”. Your eSIMs are there too.',
  open: 'Open in Telegram',
};

const ru: typeof en = {
  title: 'Магазин живёт в Telegram',
  text: 'Откройте нашего бота в Telegram и нажмите «Открыть магазин». Ваши eSIM тоже там.',
  open: 'Открыть в Telegram',
};

export const outsideMessages: Record<Language, typeof en> = { en, ru };
