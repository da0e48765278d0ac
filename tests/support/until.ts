const POLL_MS = 20;
const POLL_TRIES = 500;

/** Reads again and again until the value is as wanted; the bound is only for a test that would never end. */
export async function until<Value>(
  read: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
  tries: number = POLL_TRIES,
): Promise<Value> {
  for (let i = 1; ; i += 1) {
    const value = await read();
    if (isWanted(value)) return value;
    if (i === tries) throw new Error(`not as wanted after ${tries} tries: ${JSON.stringify(value)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
