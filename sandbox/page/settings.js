// @ts-check

/** @typedef {{ userId: number, language: 'ru' | 'en', theme: 'light' | 'dark', platform: 'ios' | 'android' | 'tdesktop' | 'weba' }} Settings */

const KEY = 'sandbox-page';

/** @type {Settings} */
export const settings = { ...defaults(), ...stored() };

/** @type {Set<(changed: Partial<Settings>) => void>} */
const listeners = new Set();

/** @param {Partial<Settings>} change */
export function changeSettings(change) {
  Object.assign(settings, change);
  keep();
  for (const listener of listeners) listener(change);
}

/** @param {(changed: Partial<Settings>) => void} listener */
export function onSettings(listener) {
  listeners.add(listener);
}

export function newUserId() {
  return 100_000_000 + Math.floor(Math.random() * 800_000_000);
}

/** @returns {Settings} */
function defaults() {
  return {
    userId: newUserId(),
    language: navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en',
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    platform: 'ios',
  };
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage the browser is somebody new after a reload.
  }
}

keep();
