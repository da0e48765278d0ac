import * as z from 'zod';
import type { OrderAnswer } from '../../lib/contract/order.ts';
import { refreshSoon } from '../../lib/esims/refresh-soon.ts';
import { parseInput } from '../../lib/http/body.ts';
import { requireUser } from '../../lib/http/guards.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { kick } from '../../lib/jobs/kick.ts';
import { readOwnOrder } from '../../lib/orders/read-orders.ts';

const querySchema = z.object({ order_id: z.string().regex(/^[\x21-\x7e]{1,64}$/) });

export const GET = route('esimgo/status', async (request, { app, url, note }) => {
  const user = await requireUser(app, request);
  const query = parseInput(querySchema, { order_id: url.searchParams.get('order_id') ?? undefined });
  const { order, esimRefreshedAt } = await readOwnOrder(app.deps, user.id, query.order_id);
  if (order.status === 'processing') kick(app.deps, { subjectId: order.id });
  // Its refund is a job of its payment's.
  if (order.status === 'failed') kick(app.deps);
  // Somebody is waiting for it to work, and the callback that says so may be lost.
  if (order.status === 'ready' && order.esim_id !== null) refreshSoon(app.deps, order.esim_id, esimRefreshedAt);
  note({ orderId: order.id, outcome: order.status });
  const answer: OrderAnswer = { order };
  return jsonAnswer(answer);
});
