import { signal } from '@preact/signals-core';
import type { Language } from '../lib/contract/session.ts';
import { platform } from './telegram.ts';
import { h, swap, type Child } from './ui/dom.ts';
import { icon } from './ui/icon.ts';
import { listRow } from './ui/list-row.ts';

const en = {
  share: 'Share or save',
  shared: 'The QR code as a picture, the codes as text',
  save: 'Save the QR code',
  saved: 'As a picture in your downloads',
  address: 'SM-DP+ address',
  code: 'Activation code',
};

const ru: typeof en = {
  share: 'Поделиться или сохранить',
  shared: 'QR-код картинкой, коды текстом',
  save: 'Сохранить QR-код',
  saved: 'Картинкой в загрузки',
  address: 'Адрес SM-DP+',
  code: 'Код активации',
};

const messages: Record<Language, typeof en> = { en, ru };
const SIDE_PX = 720;

/** The code as a file and as text, drawn and handed over on this device. Only what the client can do is offered. */
export function shareRows(
  { qrCode, activationCode }: { qrCode: string; activationCode: string },
  language: Language,
): Child {
  const words = messages[language];
  const [, address = '', code = ''] = activationCode.split('$');
  const text = `${words.address}: ${address}\n${words.code}: ${code}\n${activationCode}`;
  const canSave = savesDownloads();
  if (!canShare({ text }) && !canSave) return null;
  // Drawn before it is asked for: a client shares only within the tap.
  const file = signal<File | null>(null);
  drawPng(qrCode).then(
    (drawn) => (file.value = drawn),
    // The codes can be shared all the same.
    () => {},
  );
  const share = () => {
    const picture = { text, files: file.value ? [file.value] : [] };
    // Rejected also where a person only thinks better of it.
    navigator.share(canShare(picture) ? picture : { text }).catch(() => {});
  };
  return [
    canShare({ text })
      ? listRow({ leading: icon('send'), title: words.share, subtitle: words.shared, onPress: share })
      : null,
    swap(
      () => (canSave ? file.value : null),
      (drawn) =>
        drawn &&
        listRow({ leading: icon('qr'), title: words.save, subtitle: words.saved, onPress: () => download(drawn) }),
    ),
  ];
}

/** A frame may have the function and not the right to use it; this asks for both. */
function canShare(data: ShareData): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare(data);
}

/** Phones, macOS and the web clients drop what a page downloads; the window of the Windows client keeps it. */
function savesDownloads(): boolean {
  return platform === 'tdesktop' && navigator.userAgent.includes('Windows');
}

async function drawPng(svg: string): Promise<File | null> {
  const image = h('img', { src: svg, width: SIDE_PX, height: SIDE_PX });
  await image.decode();
  const canvas = h('canvas', { width: SIDE_PX, height: SIDE_PX });
  const paper = canvas.getContext('2d');
  if (!paper) return null;
  paper.imageSmoothingEnabled = false;
  paper.drawImage(image, 0, 0, SIDE_PX, SIDE_PX);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  return blob && new File([blob], 'esim.png', { type: blob.type });
}

function download(file: File): void {
  const url = URL.createObjectURL(file);
  h('a', { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url));
}
