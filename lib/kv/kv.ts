/** Short-lived values that may be lost at any time. What money depends on belongs in the tables, not here. */
export interface Kv {
  get(key: string): Promise<string | null>;
  /** Replaces value and TTL; without `ttlS` the value does not expire. False when `onlyIfAbsent` lost. */
  set(key: string, value: string, options?: { ttlS?: number; onlyIfAbsent?: boolean }): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Adds; the TTL starts with the first increment of a window. */
  increment(key: string, by: number, ttlS: number): Promise<WindowCount>;
  close(): Promise<void>;
}

export interface WindowCount {
  count: number;
  /** Until the window is over, by the store's own clock: callers with different clocks agree on it. */
  endsInMs: number;
}
