import type { SessionAnswer } from '../lib/contract/session.ts';
import { isAdmin, requireUser } from '../lib/http/guards.ts';
import { jsonAnswer, route } from '../lib/http/route.ts';
import { botUsername } from '../lib/chat/bot-username.ts';
import { rememberUser } from '../lib/users/remember-user.ts';

export const GET = route('session', async (request, { app }) => {
  const user = await requireUser(app, request);
  const { deps } = app;
  const [language, username] = await Promise.all([
    rememberUser(deps.db, { id: user.id, languageCode: user.languageCode ?? null }),
    botUsername(deps),
  ]);
  const answer: SessionAnswer = {
    user: { id: user.id, first_name: user.firstName },
    is_admin: isAdmin(app, user),
    language,
    bot_username: username,
    shop_name: deps.config.shopName,
    email_enabled: deps.config.emailEnabled,
    support_contact: deps.config.supportContact,
  };
  return jsonAnswer(answer);
});
