import { botUsername } from '../lib/chat/bot-username.ts';
import type { HealthAnswer } from '../lib/contract/health.ts';
import type { ShopDeps } from '../lib/deps.ts';
import { isOperator } from '../lib/http/guards.ts';
import { jsonAnswer, route } from '../lib/http/route.ts';
import { readHealth, type Health } from '../lib/jobs/read-health.ts';
import { readStuckOrders, type StuckOrder } from '../lib/jobs/read-stuck-orders.ts';

export const GET = route('health', async (request, { app, url }) => {
  const { deps } = app;
  const isFull = await isOperator(app, request);
  const [health, username] = await Promise.all([
    readHealth(deps),
    // Telegram being down is no fault of the shop's, and what is asked often must not wait for it.
    url.searchParams.get('include') === 'bot' ? botUsername(deps).catch(() => null) : undefined,
  ]);
  const answer: HealthAnswer = {
    ...(isFull ? { ...health, stuck_orders: await stuckOrders(deps, health) } : { ok: health.ok }),
    ...(username !== undefined && { bot_username: username }),
  };
  return jsonAnswer(answer, { status: health.ok ? 200 : 503 });
});

async function stuckOrders(deps: ShopDeps, { database }: Health): Promise<readonly StuckOrder[] | null> {
  return database === 'up' ? readStuckOrders(deps) : null;
}
