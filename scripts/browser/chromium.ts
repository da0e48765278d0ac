import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** Runs in containers too, and asks nobody outside for anything. */
export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];

/** `CHROMIUM_PATH`, or one that the system has. */
export function findChromium(): string {
  const given = process.env['CHROMIUM_PATH'];
  const found = given ? [given].find(existsSync) : SYSTEM_BROWSERS.find(existsSync);
  if (found === undefined) {
    throw new Error(
      given
        ? `CHROMIUM_PATH names ${given}, which does not exist.`
        : 'There is no Chromium: install one (Debian: apt-get install chromium), or set CHROMIUM_PATH.',
    );
  }
  return found;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
}
