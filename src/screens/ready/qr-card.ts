import './qr-card.css';
import type { Language } from '../../../lib/contract/session.ts';
import { installKind } from '../../install-kind.ts';
import { paddedCard } from '../../ui/card.ts';
import { h } from '../../ui/dom.ts';

const en = {
  qr: 'QR code of the eSIM',
  scan: 'Scan it with the camera of the phone that the eSIM is for.',
  used: 'It is in a phone already. The code is needed only if it was deleted there.',
  scanOther: 'For another device: scan it with its camera.',
};

const ru: typeof en = {
  qr: 'QR-код eSIM',
  scan: 'Наведите камеру телефона, в который ставите eSIM.',
  used: 'Он уже в телефоне. Код нужен, только если его оттуда удалили.',
  scanOther: 'Для другого устройства: наведите на код его камеру.',
};

const messages: Record<Language, typeof en> = { en, ru };

/** On white with its quiet zone in both themes: scanners need the contrast. */
export function qrCard(qrCode: string, language: Language, isUsed = false): HTMLElement {
  const words = messages[language];
  const hint = isUsed ? words.used : installKind() === 'other' ? words.scan : words.scanOther;
  return paddedCard(
    h('div', { class: 'qr' }, h('img', { class: 'qr__code', src: qrCode, alt: words.qr })),
    h('p', { class: 'caption qr__hint' }, hint),
  );
}
