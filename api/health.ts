import { hasCronSecret } from '../lib/http/guards.ts';
import { jsonAnswer, route } from '../lib/http/route.ts';
import { readHealth } from '../lib/jobs/read-health.ts';

export const GET = route('health', async (request, { app }) => {
  const health = await readHealth(app.deps);
  const status = health.ok ? 200 : 503;
  return jsonAnswer(hasCronSecret(app, request) ? health : { ok: health.ok }, { status });
});
