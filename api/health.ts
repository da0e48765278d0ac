import { botUsername } from '../lib/chat/bot-username.ts';
import type { HealthAnswer } from '../lib/contract/health.ts';
import { hasCronSecret } from '../lib/http/guards.ts';
import { jsonAnswer, route } from '../lib/http/route.ts';
import { readHealth } from '../lib/jobs/read-health.ts';

export const GET = route('health', async (request, { app, url }) => {
  const { deps } = app;
  const [health, username] = await Promise.all([
    readHealth(deps),
    // Telegram being down is no fault of the shop's, and what is asked often must not wait for it.
    url.searchParams.get('include') === 'bot' ? botUsername(deps).catch(() => null) : undefined,
  ]);
  const answer: HealthAnswer = {
    ...(hasCronSecret(app, request) ? health : { ok: health.ok }),
    ...(username !== undefined && { bot_username: username }),
  };
  return jsonAnswer(answer, { status: health.ok ? 200 : 503 });
});
