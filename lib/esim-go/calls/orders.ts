import * as z from 'zod';
import type { CallPriority } from '../rate-limit.ts';
import type { EsimGoRequest, Transport } from '../transport.ts';
import {
  decodeInstallDetails,
  decodeInstallDetailsCsv,
  isInstallDetailsCsv,
  type InstallDetails,
} from '../wire/install-details.ts';
import {
  decodeOrderPage,
  decodePlacedOrder,
  decodeValidatedOrder,
  type OrderAnswer,
  type OrderPage,
  type PlacedOrder,
  type ValidatedOrder,
} from '../wire/order.ts';
import { retryAfterMsOf } from '../retry.ts';

export interface OrderRequest {
  readonly bundleName: string;
  /** Present for a top-up of this eSIM; absent for a new eSIM. */
  readonly iccid?: string | undefined;
}

export interface PlaceOrderOptions {
  /**
   * Runs when the order's turn has come, right before it is sent: the place to record it as sent. If it throws, or takes
   * more than five seconds, nothing is sent.
   */
  readonly beforeSend?: () => Promise<void> | void;
}

export interface ListOrdersQuery {
  readonly createdFrom: Date;
  readonly createdTo?: Date;
  readonly page?: number;
  readonly limit?: number;
  readonly priority?: CallPriority;
}

/** `processing` also stands for an answer that does not hold the codes yet: ask again later. */
export type InstallDetailsAnswer =
  | { readonly state: 'available'; readonly details: readonly InstallDetails[] }
  | { readonly state: 'processing'; readonly retryAfterMs: number | null };

const LISTING_LIMIT = 1000;

export function orderCalls(transport: Transport) {
  /** What the order would cost. Charges nothing, so it may be repeated. */
  async function validateOrder(
    order: OrderRequest,
    options: { priority?: CallPriority } = {},
  ): Promise<ValidatedOrder> {
    const body = bodyOf('validate', order);
    const request: EsimGoRequest = {
      method: 'POST',
      path: '/orders',
      body,
      priority: options.priority ?? 'status',
      repeat: 'safe',
    };
    return (await transport.read(request, (wire) => decodeValidatedOrder(wire, order.bundleName))).value;
  }

  /**
   * Buys one bundle. Sent once: eSIM Go has no idempotency key, so a repeat would buy a second one. After an error with
   * `mayHaveBeenApplied` only the list of orders tells whether it was placed.
   */
  async function placeOrder(
    order: OrderRequest,
    { beforeSend }: PlaceOrderOptions = {},
  ): Promise<{ order: PlacedOrder; vendorTime: Date | null }> {
    const request: EsimGoRequest = {
      method: 'POST',
      path: '/orders',
      body: bodyOf('transaction', order),
      priority: 'order',
      repeat: 'never',
      isOrder: true,
      ...(beforeSend && { beforeSend }),
    };
    const { value, vendorTime } = await transport.read(request, decodePlacedOrder);
    return { order: value, vendorTime };
  }

  async function getOrder(orderReference: string, options: { priority?: CallPriority } = {}): Promise<PlacedOrder> {
    const path = `/orders/${encodeURIComponent(orderReference)}`;
    const request: EsimGoRequest = { method: 'GET', path, priority: options.priority ?? 'status', repeat: 'safe' };
    return (await transport.read(request, decodePlacedOrder)).value;
  }

  async function listOrders(query: ListOrdersQuery): Promise<OrderPage & { vendorTime: Date | null }> {
    const { value, vendorTime } = await transport.read(listRequest(query), decodeOrderPage);
    return { ...value, vendorTime };
  }

  /**
   * All orders since a moment, by the vendor's clock, or an error: what is missing from this list was not placed at the
   * time of `vendorTime`, the moment the listing began.
   */
  async function listAllOrders(query: {
    createdFrom: Date;
    priority?: CallPriority;
  }): Promise<{ orders: OrderAnswer[]; vendorTime: Date | null }> {
    // New orders push older ones to later pages, where they show up again; none is skipped. So a reference may repeat,
    // while a page that holds nothing new means that the paging is not obeyed.
    const orders = new Map<string, OrderAnswer>();
    let first: (OrderPage & { vendorTime: Date | null }) | null = null;
    for (let page = 1; ; page += 1) {
      const pageQuery = { ...query, page, limit: LISTING_LIMIT };
      const answer = await listOrders(pageQuery);
      first ??= answer;
      const knownBefore = orders.size;
      answer.orders.forEach((order, index) => orders.set(order.orderReference ?? `page ${page} row ${index}`, order));
      const isLast = answer.orders.length === 0 || (answer.pageCount !== null && page >= answer.pageCount);
      if (!isLast && orders.size === knownBefore) {
        throw transport.shapeError(listRequest(pageQuery), [`page ${page}: orders repeat`]);
      }
      if (!isLast) continue;
      const totalRows = first.totalRows ?? 0;
      if (orders.size < totalRows) {
        throw transport.shapeError(listRequest(pageQuery), [`saw ${orders.size} of ${totalRows} orders`]);
      }
      return { orders: [...orders.values()], vendorTime: first.vendorTime };
    }
  }

  /** The codes of the eSIMs of an order; they may come up to ten minutes after it. */
  async function getInstallDetails(orderReference: string): Promise<InstallDetailsAnswer> {
    const request: EsimGoRequest = {
      method: 'GET',
      path: '/esims/assignments',
      query: [['reference', orderReference]],
      priority: 'install',
      repeat: 'safe',
      expects: [503],
    };
    const answer = await transport.send(request);
    const retryAfterMs = retryAfterMsOf(answer.headers, transport.now());
    if (answer.status === 503 || answer.text.trim() === '') return { state: 'processing', retryAfterMs };
    const details = isInstallDetailsCsv(answer.text)
      ? csvDetails(request, answer.text)
      : transport.decodeAnswer(request, answer, decodeInstallDetails);
    return details === null ? { state: 'processing', retryAfterMs } : { state: 'available', details };
  }

  function csvDetails(request: EsimGoRequest, text: string): InstallDetails[] | null {
    try {
      return decodeInstallDetailsCsv(text);
    } catch (error) {
      if (error instanceof z.ZodError) throw transport.shapeError(request, ['(whole): not the known CSV']);
      throw error;
    }
  }

  return { validateOrder, placeOrder, getOrder, listOrders, listAllOrders, getInstallDetails };
}

function listRequest({
  createdFrom,
  createdTo,
  page = 1,
  limit = 100,
  priority = 'status',
}: ListOrdersQuery): EsimGoRequest {
  return {
    method: 'GET',
    path: '/orders',
    query: [
      // Without it the list leaves out the eSIMs.
      ['includeIccids', 'true'],
      ['page', String(page)],
      ['limit', String(limit)],
      ['createdAt', `gte:${createdFrom.toISOString()}`],
      ...(createdTo ? [['createdAt', `lte:${createdTo.toISOString()}`] as const] : []),
    ],
    priority,
    repeat: 'safe',
  };
}

function bodyOf(type: 'validate' | 'transaction', { bundleName, iccid }: OrderRequest): object {
  return {
    type,
    assign: true,
    order: [
      {
        type: 'bundle',
        item: bundleName,
        quantity: 1,
        // Otherwise a top-up that does not fit the customer's eSIM would silently become another eSIM.
        allowReassign: false,
        ...(iccid !== undefined && { iccids: [iccid] }),
      },
    ],
  };
}
