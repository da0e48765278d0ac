/** Long after the first screen stands: what the worker keeps must not compete with what a person waits for. */
const REGISTER_AFTER_MS = 4_000;

/** Lets the app open without a network the next time, on clients that can. */
export function openOffline(): void {
  if (!import.meta.env.PROD) return;
  setTimeout(() => {
    try {
      // In a frame of Telegram Web both the property and the promise may refuse.
      navigator.serviceWorker.register('/sw.js').catch(() => {});
    } catch {
      // Then it opens with a network only.
    }
  }, REGISTER_AFTER_MS);
}
