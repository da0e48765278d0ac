const SHOP = 'shop:';
const memory = new Map<string, string>();
let prefix = SHOP;

/** From here on everything is kept for this user alone; what another user of the device left is deleted. */
export function keepFor(user: string): void {
  prefix = `${SHOP}${user}:`;
  memory.clear();
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(SHOP) && !name.startsWith(prefix)) localStorage.removeItem(name);
    }
  } catch {
    // Full or forbidden storage: there is nothing of anybody's.
  }
}

/** Read without a network; nothing but the choice of what to show and to keep hangs on it. */
export function userOf(initData: string): string {
  const user = new URLSearchParams(initData).get('user') ?? '';
  return /"id":(\d+)/.exec(user)?.[1] ?? '';
}

/** What is remembered on this device. Null when there is nothing, or what is there is not of the form asked for. */
export function readKept<Kind>(name: string, isOfForm: (value: unknown) => value is Kind): Kind | null {
  try {
    const value: unknown = JSON.parse(readText(name) ?? 'null');
    return isOfForm(value) ? value : null;
  } catch {
    return null;
  }
}

export function keep(name: string, value: unknown): void {
  const text = JSON.stringify(value);
  memory.set(name, text);
  try {
    localStorage.setItem(prefix + name, text);
  } catch {
    // Full or forbidden storage costs a convenience, never the purchase: it stays in memory.
  }
}

export function forget(name: string): void {
  memory.delete(name);
  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // See above.
  }
}

/** Everything that this device has remembered of the shop. */
export function forgetAll(): void {
  memory.clear();
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(SHOP)) localStorage.removeItem(name);
  } catch {
    // See above.
  }
}

function readText(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

export function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}
