import type { SessionAnswer } from '../lib/contract/session.ts';
import { openLink, openTelegramLink } from './telegram.ts';

/** Opens the way to a person: the shop's own contact, else the chat with its bot. Must be called within a tap. */
export function openContact(session: SessionAnswer | null): void {
  if (!session) return;
  const contact = session.support_contact ?? '';
  const [, name] = /^(?:@|https:\/\/t\.me\/)(\w+)$/.exec(contact) ?? [];
  if (name === undefined && contact.startsWith('https://')) openLink(contact);
  else openTelegramLink(`https://t.me/${name ?? session.bot_username}`);
}
