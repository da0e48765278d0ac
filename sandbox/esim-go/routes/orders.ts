import * as z from 'zod';

import { accessDenied, refuse } from '../answers.ts';
import { formatListedOrder, formatOrder } from '../formatters/order.ts';
import { buyOrder, validateOrder } from '../place-order.ts';
import type { Order } from '../entities.ts';
import type { Call, Route, World } from '../world.ts';
import { readCount, readJson } from './read-json.ts';
import { readTimeBound } from './time-bound.ts';

const DEFAULT_LIMIT = 10;
const HIGHEST_LIMIT = 10_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const orderBody = z.object({
  type: z.unknown().optional(),
  assign: z.boolean().default(false),
  order: z
    .array(
      z.object({
        type: z.string(),
        item: z.string(),
        quantity: z.int(),
        iccids: z.array(z.string()).nullish(),
        allowReassign: z.boolean().nullish(),
      }),
    )
    .nullish(),
  profileID: z.string().nullish(),
});

async function createOrder(world: World, call: Call): Promise<Response> {
  const parsed = orderBody.safeParse(readJson(call.body));
  if (!parsed.success) return refuse(400, 'failed to parse request body');
  const { type, assign, order, profileID } = parsed.data;
  if (type !== 'validate' && type !== 'transaction') return refuse(400, 'Invalid Order type');
  if (order === undefined || order === null || order.length === 0) return refuse(400, 'Order must contain Order Items');
  if (profileID !== undefined && profileID !== null && !UUID.test(profileID)) {
    return refuse(400, `invalid UUID length: ${profileID.length}`);
  }
  const request = {
    isAssigned: assign,
    lines: order.map((line) => ({
      type: line.type,
      item: line.item,
      quantity: line.quantity,
      iccids: line.iccids ?? [],
      allowReassign: line.allowReassign ?? false,
    })),
  };
  return type === 'validate'
    ? validateOrder(world, request)
    : buyOrder(world, request, call.ip, call.assignmentDelayMs);
}

async function listOrders({ store, context }: World, { query }: Call): Promise<Response> {
  const bounds = query.getAll('createdAt').map(readTimeBound);
  const known = bounds.filter((bound) => bound !== null);
  if (known.length < bounds.length) return refuse(400, 'invalid createdAt');
  const limit = Math.min(readCount(query.get('limit'), DEFAULT_LIMIT), HIGHEST_LIMIT);
  const page = readCount(query.get('page'), 1);
  const { orders, rows } = await store.listOrders(known, limit, (page - 1) * limit);
  const isWithIccids = query.get('includeIccids') === 'true';
  const esims = isWithIccids ? await store.findEsims(orders.flatMap(iccidsOf)) : [];
  const esimOf = new Map(esims.map((esim) => [esim.iccid, esim]));
  const nowMs = context.clock.now().getTime();
  return Response.json({
    orders: orders.map((order) => {
      const own = iccidsOf(order).flatMap((iccid) => esimOf.get(iccid) ?? []);
      return formatListedOrder(order, own, isWithIccids && order.readyAtMs <= nowMs);
    }),
    pageCount: Math.ceil(rows / limit),
    pageSize: limit,
    rows,
  });
}

async function showOrder({ store, context }: World, { params, ip }: Call): Promise<Response> {
  const reference = params.reference ?? '';
  if (!UUID.test(reference)) return refuse(400, `invalid UUID length: ${reference.length}`);
  const [order] = await store.findOrders([reference]);
  if (order === undefined) return accessDenied();
  const isReady = order.readyAtMs <= context.clock.now().getTime();
  const esims = isReady ? await store.findEsims(iccidsOf(order)) : [];
  return Response.json(formatOrder(order, esims, ip, isReady));
}

function iccidsOf(order: Order): string[] {
  return order.items.flatMap((item) => item.iccids);
}

export const orderRoutes: readonly Route[] = [
  { method: 'POST', path: '/orders', answer: createOrder },
  { method: 'GET', path: '/orders', answer: listOrders },
  { method: 'GET', path: '/orders/{reference}', answer: showOrder },
];
