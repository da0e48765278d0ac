import { recordEvents } from '../lib/analytics/record-events.ts';
import { eventsBodySchema } from '../lib/contract/session.ts';
import { readJson } from '../lib/http/body.ts';
import { requireUser } from '../lib/http/guards.ts';
import { isWithin } from '../lib/http/rate-limit.ts';
import { route } from '../lib/http/route.ts';

export const POST = route('events', async (request, { app, note }) => {
  const user = await requireUser(app, request);
  const { events } = await readJson(request, eventsBodySchema);
  // A refusal would have the app rest with everything else that it asks for; nothing is lost but statistics.
  const isTaken = await isWithin(app.limits.events, String(user.id));
  if (isTaken) await recordEvents(app.deps, user.id, events);
  note(isTaken ? { events: events.length } : { dropped: events.length });
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
});
