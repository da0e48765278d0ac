/** A clock that moves only when told, and wakes the sleepers that became due in their order. */
export function steppedClock() {
  let nowMs = 1_000_000;
  let sleepers: { atMs: number; wake: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => nowMs,
    sleep: (ms: number) => new Promise<void>((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
    async advance(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        await settle();
        const due = sleepers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.wake();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}
