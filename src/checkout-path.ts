/** The way to pay for a bundle; `esimId` makes it a top-up. */
export function checkoutPath(bundleId: string, destination: string, esimId: string | null = null): string {
  const query = new URLSearchParams({ to: destination, ...(esimId !== null && { esim: esimId }) });
  return `/checkout/${encodeURIComponent(bundleId)}?${query}`;
}

/** Links from outside carry the bundle alone; its name says where it is for. */
export function destinationOfBundle(bundleId: string): string | null {
  return /^esim_[A-Z0-9]+_\d+D_([A-Z0-9-]{2,20})_/.exec(bundleId)?.[1] ?? null;
}
