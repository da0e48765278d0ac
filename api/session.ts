import { sessionActionBodySchema, type SessionActionAnswer, type SessionAnswer } from '../lib/contract/session.ts';
import { readJson } from '../lib/http/body.ts';
import { isAdmin, requireUser } from '../lib/http/guards.ts';
import { jsonAnswer, route } from '../lib/http/route.ts';
import { kickIfDue } from '../lib/jobs/kick.ts';
import { botUsername } from '../lib/chat/bot-username.ts';
import { chooseLanguage } from '../lib/users/choose-language.ts';
import { askErasure } from '../lib/users/erase-user.ts';
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
    delivery_deadline_s: deps.config.deliveryDeadlineS,
  };
  kickIfDue(deps);
  return jsonAnswer(answer);
});

export const POST = route('session', async (request, { app, note }) => {
  const user = await requireUser(app, request);
  const body = await readJson(request, sessionActionBodySchema);
  if (body.action === 'choose_language') {
    await chooseLanguage(app.deps.db, { id: user.id, languageCode: user.languageCode ?? null }, body.language);
    note({ action: body.action });
    kickIfDue(app.deps);
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
  }
  const answer: SessionActionAnswer = { erasure: await askErasure(app.deps, user.id) };
  note({ action: body.action, outcome: answer.erasure });
  kickIfDue(app.deps);
  return jsonAnswer(answer);
});
