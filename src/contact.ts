import type { SessionAnswer } from '../lib/contract/session.ts';
import { isString, keep, readKept } from './kept-values.ts';
import { close, openLink, openTelegramLink } from './telegram.ts';

const CONTACT = 'contact';
const TELEGRAM = 'https://t.me/';

type Contact = Pick<SessionAnswer, 'support_contact' | 'bot_username'>;

/** Help is needed most when the server does not answer. */
export function keepContact(session: Contact): void {
  keep(CONTACT, addressOf(session));
}

/** Opens the way to a person: the shop's own contact, else the chat with its bot. Must be called within a tap. */
export function openContact(session: Contact | null): void {
  const address = session ? addressOf(session) : readKept(CONTACT, isString);
  if (address === null) {
    // Closing leads to the chat with the bot as well.
    import('./contact-sheet.ts').then(({ showContact }) => showContact(), close);
  } else if (address.startsWith(TELEGRAM)) openTelegramLink(address);
  else openLink(address);
}

function addressOf({ support_contact: contact, bot_username: bot }: Contact): string {
  if (contact?.startsWith('https://')) return contact;
  return TELEGRAM + (/^@(\w+)$/.exec(contact ?? '')?.[1] ?? bot);
}
