const CONTEXT = Symbol.for('@vercel/request-context');

export interface BackgroundWork {
  add(work: Promise<unknown>): void;
  /** Resolves once nothing is under way, work that other work started included. */
  settled(): Promise<void>;
}

export function createBackgroundWork(reportError: (error: unknown) => void): BackgroundWork {
  const underWay = new Set<Promise<void>>();
  return {
    add(work) {
      const tracked = work.then(
        () => undefined,
        (error: unknown) => reportError(error),
      );
      underWay.add(tracked);
      void tracked.then(() => underWay.delete(tracked));
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** Puts in place what Vercel's runtime has: `waitUntil` of @vercel/functions looks it up there. Returns the undo. */
export function provideWaitUntil(work: BackgroundWork): () => void {
  const context = { waitUntil: (promise: Promise<unknown>) => work.add(promise) };
  const before: unknown = Reflect.get(globalThis, CONTEXT);
  Reflect.set(globalThis, CONTEXT, { get: () => context });
  return () => {
    if (before === undefined) Reflect.deleteProperty(globalThis, CONTEXT);
    else Reflect.set(globalThis, CONTEXT, before);
  };
}
