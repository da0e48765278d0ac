/** What an invoice carries: the shop and the order, nothing that could be forged or outgrow Telegram's 128 bytes. */
export function invoicePayload(shopId: string, orderId: string): string {
  return `${shopId}:${orderId}`;
}

export type PayloadReading = { kind: 'ours'; orderId: string } | { kind: 'foreign' };

export function readInvoicePayload(payload: string, shopId: string): PayloadReading {
  const match = /^(shop_[a-z0-9]{12}):(ord_[A-Za-z0-9]{20})$/.exec(payload);
  if (match?.[2] === undefined || match[1] !== shopId) return { kind: 'foreign' };
  return { kind: 'ours', orderId: match[2] };
}
