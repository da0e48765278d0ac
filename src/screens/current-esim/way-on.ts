import type { Esim } from '../../../lib/contract/esim.ts';
import type { Language } from '../../../lib/contract/session.ts';
import { openContact } from '../../contact.ts';
import { canTopUp, isOff } from '../../esim-words.ts';
import type { ScreenContext } from '../../screen.ts';
import type { BottomButton } from '../../telegram.ts';

const en = { topUp: 'Top up', contact: 'Write to us' };
const MESSAGES: Record<Language, typeof en> = { en, ru: { topUp: 'Пополнить', contact: 'Написать нам' } };

/** The next thing to do for one that needs no installation. A person helps before another one is sold. */
export function wayOn(
  { id, state }: Pick<Esim, 'id' | 'state'>,
  { language, router, session }: ScreenContext,
): BottomButton | null {
  const messages = MESSAGES[language];
  if (isOff(state)) return { text: messages.contact, onPress: () => openContact(session.value) };
  return canTopUp(state) ? { text: messages.topUp, onPress: () => router.navigate(`/esims/${id}/top-up`) } : null;
}
