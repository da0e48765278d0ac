// Loaded before everything else of a process whose clock is wrong: its `Date` is off, its timers are not.
const offsetMs = Number(process.env.CHAOS_CLOCK_OFFSET_S ?? 0) * 1_000;
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    super(...((given.length === 0 ? [RealDate.now() + offsetMs] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

/** Takes any number of arguments, as the original does; also `Date()` without `new`. */
globalThis.Date = new Proxy(ShiftedDate, {
  construct: (_target, given: unknown[], newTarget) =>
    given.length > 1 ? Reflect.construct(RealDate, given, newTarget) : Reflect.construct(ShiftedDate, given, newTarget),
  apply: () => new ShiftedDate().toString(),
}) as unknown as DateConstructor;
