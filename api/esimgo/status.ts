import * as z from 'zod';
import type { OrderAnswer } from '../../lib/contract/order.ts';
import { refreshSoon } from '../../lib/esims/refresh-soon.ts';
import { parseInput } from '../../lib/http/body.ts';
import { requireUser } from '../../lib/http/guards.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { kick, kickIfDue } from '../../lib/jobs/kick.ts';
import { lookForPayments } from '../../lib/jobs/look-for-payments.ts';
import { continueOrder } from '../../lib/orders/continue-order.ts';
import { expireSoon } from '../../lib/orders/expire-orders.ts';
import { readOwnOrder } from '../../lib/orders/read-orders.ts';

const querySchema = z.object({
  order_id: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  pay: z.literal('1').optional(),
});

export const GET = route('esimgo/status', async (request, { app, url, note }) => {
  const user = await requireUser(app, request);
  const query = parseInput(querySchema, Object.fromEntries(url.searchParams));
  const buyer = { id: user.id, languageCode: user.languageCode ?? null };
  const invoiceUrl = query.pay === undefined ? null : await continueOrder(app.deps, buyer, query.order_id);
  const { order, esimRefreshedAt } = await readOwnOrder(app.deps, user.id, query.order_id);
  if (order.payment_in_doubt) lookForPayments(app.deps);
  if (order.status === 'pending') expireSoon(app.deps, order);
  if (order.status === 'processing') kick(app.deps, { subjectId: order.id });
  // Its refund is a job of its payment's.
  if (order.status === 'failed') kick(app.deps);
  kickIfDue(app.deps);
  // Somebody is waiting for it to work, and the callback that says so may be lost.
  if (order.status === 'ready' && order.esim_id !== null) refreshSoon(app.deps, order.esim_id, esimRefreshedAt);
  note({ orderId: order.id, outcome: order.status });
  const answer: OrderAnswer = { order, ...(invoiceUrl !== null && { invoice_url: invoiceUrl }) };
  return jsonAnswer(answer);
});
