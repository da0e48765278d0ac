import * as z from 'zod';
import { createOrderBodySchema, idempotencyKeySchema } from '../../lib/contract/order.ts';
import { parseInput, readJson } from '../../lib/http/body.ts';
import { requireUser } from '../../lib/http/guards.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { kickIfDue } from '../../lib/jobs/kick.ts';
import { lookForPayments } from '../../lib/jobs/look-for-payments.ts';
import { createOrder } from '../../lib/orders/create-order.ts';
import { listOrders } from '../../lib/orders/read-orders.ts';

const headersSchema = z.object({ 'idempotency-key': idempotencyKeySchema });

export const POST = route('esimgo/order', async (request, { app, note }) => {
  const user = await requireUser(app, request);
  const headers = parseInput(headersSchema, { 'idempotency-key': request.headers.get('idempotency-key') ?? undefined });
  const body = await readJson(request, createOrderBodySchema);
  const answer = await createOrder(app.deps, {
    user: { id: user.id, languageCode: user.languageCode ?? null },
    body,
    idempotencyKey: headers['idempotency-key'],
  });
  note({ orderId: answer.order.id, outcome: answer.order.status });
  kickIfDue(app.deps);
  return jsonAnswer(answer);
});

export const GET = route('esimgo/order', async (request, { app, url }) => {
  const user = await requireUser(app, request);
  const answer = await listOrders(app.deps, user.id, url.searchParams.get('cursor'));
  if (answer.orders.some((order) => order.payment_in_doubt)) lookForPayments(app.deps);
  kickIfDue(app.deps);
  return jsonAnswer(answer);
});
