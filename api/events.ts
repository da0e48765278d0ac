import { recordEvents } from '../lib/analytics/record-events.ts';
import { eventsBodySchema } from '../lib/contract/session.ts';
import { readJson } from '../lib/http/body.ts';
import { requireUser } from '../lib/http/guards.ts';
import { route } from '../lib/http/route.ts';

export const POST = route('events', async (request, { app, note }) => {
  const user = await requireUser(app, request);
  const { events } = await readJson(request, eventsBodySchema);
  await recordEvents(app.deps, user.id, events);
  note({ events: events.length });
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
});
