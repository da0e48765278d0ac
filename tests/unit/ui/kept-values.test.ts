import { beforeEach, describe, expect, it } from 'vitest';
import { isString, keep, keepFor, readKept, userOf } from '../../../src/kept-values.ts';

const loginOf = (user: object) => new URLSearchParams({ user: JSON.stringify(user) }).toString();

/** As in a browser, what is stored is a property of the storage, and its methods are not. */
const STORAGE = {
  getItem(this: Record<string, string>, name: string) {
    return this[name] ?? null;
  },
  setItem(this: Record<string, string>, name: string, value: string) {
    this[name] = value;
  },
  removeItem(this: Record<string, string>, name: string) {
    Reflect.deleteProperty(this, name);
  },
};

beforeEach(() => {
  Object.defineProperty(globalThis, 'localStorage', { value: Object.create(STORAGE), configurable: true });
  keepFor('777');
});

describe('what a device keeps', () => {
  it('is there again for the same user', () => {
    keep('language', 'ru');
    keepFor('777');
    expect(readKept('language', isString)).toBe('ru');
  });

  it('is gone for the next user, who may keep values of the same name, and does not come back', () => {
    keep('language', 'ru');
    keepFor('778');
    expect(readKept('language', isString)).toBeNull();
    expect(JSON.stringify({ ...localStorage })).not.toContain('ru');
    keep('language', 'en');
    keepFor('777');
    expect(readKept('language', isString)).toBeNull();
  });

  it('is not told apart by the beginning of an id', () => {
    keep('language', 'ru');
    keepFor('7777');
    expect(readKept('language', isString)).toBeNull();
  });

  it('is none of what was kept for nobody in particular, and leaves what is not of the shop', () => {
    localStorage.setItem('shop:unfinished-order', '{"key":"k"}');
    localStorage.setItem('other', 'stays');
    keepFor('777');
    expect({ ...localStorage }).toEqual({ other: 'stays' });
  });

  it('is none of another user where the device stores nothing', () => {
    Reflect.deleteProperty(globalThis, 'localStorage');
    keep('language', 'ru');
    expect(readKept('language', isString)).toBe('ru');
    keepFor('778');
    expect(readKept('language', isString)).toBeNull();
  });
});

describe('userOf', () => {
  it('reads the id that Telegram names, and nothing a name pretends', () => {
    expect(userOf(loginOf({ id: 777, first_name: 'Anna' }))).toBe('777');
    expect(userOf(loginOf({ first_name: '"id":1', id: 777 }))).toBe('777');
    expect(userOf('')).toBe('');
  });
});
