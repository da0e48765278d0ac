import type { Language } from '../contract/session.ts';

const en = {
  ready: (place: string) => `Your eSIM is ready: ${place}`,
  topUp: (place: string) => `Data added: ${place}`,
  qr: 'QR code of the eSIM',
  secret: 'Whoever has this code can install the eSIM instead of you: do not forward this e-mail.',
  sentBy: (shop: string) => `${shop} sent this because this address was given at the purchase. It is not stored.`,
};

const ru: typeof en = {
  ready: (place) => `eSIM готов: ${place}`,
  topUp: (place) => `Интернет добавлен: ${place}`,
  qr: 'QR-код eSIM',
  secret: 'Кто знает этот код, может установить eSIM вместо вас: не пересылайте это письмо.',
  sentBy: (shop) => `Письмо отправил магазин «${shop}»: этот адрес указали при покупке. Мы его не храним.`,
};

export const mailMessages: Record<Language, typeof en> = { en, ru };
