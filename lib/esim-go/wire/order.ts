import * as z from 'zod';
import { iccidWire, listWire, milliWire, textWire, timeWire } from './common.ts';

export type OrderAnswerStatus = 'completed' | 'processing' | 'failed' | 'unknown';

export interface OrderedEsim {
  readonly iccid: string;
  readonly matchingId: string;
  readonly smdpAddress: string;
}

export interface OrderAnswerItem {
  /** `bundle` for what a shop buys; lists also hold top-ups of the account's balance and the like. */
  readonly type: string;
  readonly item: string;
  readonly quantity: number;
  readonly pricePerUnitMilli: number | null;
  readonly iccids: readonly string[];
  /** Only those whose install details came along. */
  readonly esims: readonly OrderedEsim[];
}

/** An order that exists at the vendor. Money has moved, so everything but its identity may be missing. */
export interface OrderAnswer {
  readonly orderReference: string | null;
  readonly status: OrderAnswerStatus;
  readonly statusMessage: string;
  readonly totalMilli: number | null;
  readonly currency: string | null;
  readonly createdAt: Date | null;
  readonly items: readonly OrderAnswerItem[];
}

export interface PlacedOrder extends OrderAnswer {
  readonly orderReference: string;
}

/** What an order would cost. Nothing has moved yet, so an incomplete answer is not accepted. */
export interface ValidatedOrder {
  readonly valid: boolean;
  readonly totalMilli: number;
  readonly currency: string;
  readonly items: readonly OrderAnswerItem[];
}

const itemWire = z.object({
  type: textWire,
  item: textWire,
  quantity: z.number().nullish(),
  pricePerUnit: milliWire().nullish(),
  iccids: listWire(iccidWire),
  esims: listWire(z.object({ iccid: iccidWire, matchingId: textWire, smdpAddress: textWire })),
});

const orderWire = z.object({
  order: listWire(itemWire),
  orderReference: textWire,
  status: textWire,
  statusMessage: textWire,
  total: milliWire().nullish(),
  currency: textWire,
  createdDate: timeWire,
});

const placedOrderWire = orderWire.extend({ orderReference: z.string().min(1) });

const validatedOrderWire = z.object({
  order: listWire(itemWire),
  valid: z.boolean(),
  total: milliWire(),
  currency: z.string().min(1),
});

export function decodeOrder(wire: unknown): OrderAnswer {
  return orderAnswerOf(orderWire.parse(wire));
}

export function decodePlacedOrder(wire: unknown): PlacedOrder {
  const order = placedOrderWire.parse(wire);
  return { ...orderAnswerOf(order), orderReference: order.orderReference };
}

/** The price of anything but one `bundleName` says nothing about what was asked for. */
export function decodeValidatedOrder(wire: unknown, bundleName: string): ValidatedOrder {
  const order = validatedOrderWire
    .refine(({ valid, order: [first, ...others] }) => !valid || (isOne(first, bundleName) && others.length === 0), {
      path: ['order'],
      error: 'is not for one of what was asked',
    })
    .parse(wire);
  return {
    valid: order.valid,
    totalMilli: order.total,
    currency: order.currency.toUpperCase(),
    items: order.order.map(itemOf),
  };
}

function isOne(item: z.infer<typeof itemWire> | undefined, bundleName: string): boolean {
  return item?.item?.toLowerCase() === bundleName.toLowerCase() && (item.quantity ?? 1) === 1;
}

export interface OrderPage {
  readonly orders: readonly OrderAnswer[];
  readonly pageCount: number | null;
  readonly totalRows: number | null;
}

// The reference, an older reference and live answers disagree on the form of the list.
const orderPageWire = z.union([
  z.array(z.unknown()).transform((orders) => ({ orders, pageCount: null, rows: null })),
  z.object({
    orders: z
      .array(z.unknown())
      .nullable()
      .transform((orders) => orders ?? []),
    pageCount: z.number().int().nullish(),
    rows: z.number().int().nullish(),
  }),
  z.looseObject({ orderReference: z.string() }).transform((order) => ({ orders: [order], pageCount: 1, rows: null })),
]);

export function decodeOrderPage(wire: unknown): OrderPage {
  const page = orderPageWire.parse(wire);
  return {
    orders: page.orders.map(decodeOrder),
    pageCount: page.pageCount ?? null,
    totalRows: page.rows ?? null,
  };
}

function orderAnswerOf(order: z.output<typeof orderWire>): OrderAnswer {
  return {
    orderReference: order.orderReference || null,
    status: statusOf(order.status ?? ''),
    statusMessage: order.statusMessage ?? '',
    totalMilli: order.total ?? null,
    currency: order.currency?.toUpperCase() || null,
    createdAt: order.createdDate,
    items: order.order.map(itemOf),
  };
}

function itemOf(item: z.output<typeof itemWire>): OrderAnswerItem {
  return {
    type: item.type ?? '',
    item: item.item ?? '',
    quantity: item.quantity ?? 0,
    pricePerUnitMilli: item.pricePerUnit ?? null,
    iccids: [...new Set([...item.iccids, ...item.esims.map(({ iccid }) => iccid)])],
    esims: item.esims.flatMap(({ iccid, matchingId, smdpAddress }) =>
      matchingId && smdpAddress ? [{ iccid, matchingId, smdpAddress }] : [],
    ),
  };
}

// Lists show both `failed` and `Order processing failed`.
function statusOf(status: string): OrderAnswerStatus {
  const text = status.toLowerCase();
  if (text.includes('fail')) return 'failed';
  if (text.includes('complete')) return 'completed';
  if (text.includes('process') || text.includes('pending')) return 'processing';
  return 'unknown';
}
