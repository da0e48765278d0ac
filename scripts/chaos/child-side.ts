/** Tells the parent that this process is ready, and ends with it. */
export function announce(ready: Readonly<Record<string, string | number>>): void {
  process.on('disconnect', () => process.exit());
  process.send?.(ready);
}
