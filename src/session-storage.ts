/**
 * In Telegram Web the app is a third party, and a browser that blocks third parties' storage throws at the first touch.
 * The SDK touches it without care, so a stand-in must be there before the SDK loads: import this first.
 */
try {
  sessionStorage.getItem('');
} catch {
  Object.defineProperty(window, 'sessionStorage', { value: createMemoryStorage(), configurable: true });
}

function createMemoryStorage(): Storage {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, String(value)),
    removeItem: (name) => void values.delete(name),
    clear: () => values.clear(),
  };
}
