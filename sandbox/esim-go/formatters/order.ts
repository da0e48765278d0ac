import type { Esim, Order, OrderItem } from '../entities.ts';
import { formatInstant } from '../instant.ts';
import { toWireMoney } from './money.ts';

/** The vendor bills every account of ours in dollars. */
export const CURRENCY = 'USD';

export function formatValidation(
  items: readonly OrderItem[],
  totalMilli: number,
  isAssigned: boolean,
  createdDate: string,
): object {
  return {
    order: items.map((item) => ({ ...pricedItem(item), AllowReassign: item.allowReassign })),
    total: toWireMoney(totalMilli),
    valid: true,
    currency: CURRENCY,
    createdDate,
    assigned: isAssigned,
  };
}

/** The answer to a transaction and to the call for one order. Without `esims` while they are still being made. */
export function formatOrder(order: Order, esims: readonly Esim[], sourceIp: string, isReady: boolean): object {
  return {
    order: order.items.map((item) => ({
      ...(isReady ? esimFields(item, esims) : {}),
      ...pricedItem(item),
      AllowReassign: item.allowReassign,
    })),
    total: toWireMoney(order.totalMilli),
    currency: CURRENCY,
    ...statusFields(order, isReady),
    orderReference: order.reference,
    createdDate: formatInstant(order.createdAt),
    assigned: order.isAssigned,
    sourceIP: sourceIp,
    // A string here and a number in the list.
    ...(order.runningBalanceMilli === null ? {} : { runningBalance: String(toWireMoney(order.runningBalanceMilli)) }),
  };
}

export function formatListedOrder(order: Order, esims: readonly Esim[], hasIccids: boolean): object {
  const isTopUp = order.items.some((item) => item.type === 'topup');
  return {
    order: order.items.map((item) => ({
      ...pricedItem(item),
      ...(hasIccids && !isTopUp ? esimFields(item, esims) : {}),
      ...(isTopUp ? { invoiceLink: `https://sandbox-invoices.example/${order.reference}` } : {}),
    })),
    total: toWireMoney(order.totalMilli),
    currency: CURRENCY,
    ...statusFields(order, true),
    orderReference: order.reference,
    createdDate: formatInstant(order.createdAt),
    ...(isTopUp ? {} : { assigned: order.isAssigned }),
    ...(order.runningBalanceMilli === null ? {} : { runningBalance: toWireMoney(order.runningBalanceMilli) }),
  };
}

function pricedItem({ type, item, quantity, pricePerUnitMilli }: OrderItem): object {
  return {
    type,
    item,
    quantity,
    subTotal: toWireMoney(pricePerUnitMilli * quantity),
    pricePerUnit: toWireMoney(pricePerUnitMilli),
  };
}

function esimFields({ iccids }: OrderItem, esims: readonly Esim[]): object {
  if (iccids.length === 0) return {};
  return {
    iccids,
    esims: esims
      .filter((esim) => iccids.includes(esim.iccid))
      .map(({ iccid, matchingId, smdpHost }) => ({ iccid, matchingId, smdpAddress: smdpHost })),
  };
}

function statusFields(order: Order, isReady: boolean): object {
  if (order.status === 'failed') return { status: 'failed', statusMessage: 'Order processing failed' };
  if (order.items.some((item) => item.type === 'topup')) return { status: 'completed' };
  if (!order.isAssigned) return { status: 'completed', statusMessage: 'Order completed: bundles added to inventory' };
  const count = isReady ? order.items.reduce((sum, item) => sum + item.iccids.length, 0) : 0;
  return { status: 'completed', statusMessage: `Order completed: ${count} eSIMs assigned` };
}
