import { describe, expect, it } from 'vitest';
import { measureScreens } from '../../../scripts/check/size-budget.ts';

const chunk = (file: string, more: object = {}) => ({ file, imports: [], dynamicImports: [], css: [], ...more });

const HELP = 'src/screens/help/view.ts';
const READY = 'src/screens/ready/view.ts';
const PAYMENT = 'src/screens/payment/view.ts';

describe('measureScreens', () => {
  const screens = measureScreens(
    {
      'index.html': chunk('main.js', {
        isEntry: true,
        imports: ['_shared.js'],
        dynamicImports: [HELP, PAYMENT],
        css: ['main.css'],
      }),
      '_shared.js': chunk('shared.js'),
      'src/screens/destinations/view.ts': chunk('destinations.js', { imports: ['_shared.js'] }),
      [HELP]: chunk('help.js', {
        imports: ['_shared.js', 'index.html'],
        dynamicImports: ['src/screens/help/content-en.ts', 'src/screens/help/content-ru.ts'],
        css: ['help.css'],
      }),
      'src/screens/help/content-en.ts': chunk('content-en.js'),
      'src/screens/help/content-ru.ts': chunk('content-ru.js', { css: ['content-ru.css'] }),
      [PAYMENT]: chunk('payment.js', { imports: ['_words.js'], dynamicImports: ['_part.js', READY] }),
      '_part.js': chunk('part.js'),
      '_words.js': chunk('words.js'),
      [READY]: chunk('ready.js', { imports: ['_words.js'] }),
    },
    () => 100,
  );
  const bytesOf = (name: string) => screens.find((screen) => screen.name === name)?.bytes;

  it('counts for the first screen the page, what it imports, and the screen that opens first', () => {
    expect(screens[0]).toMatchObject({ name: 'first screen', bytes: 500, limit: 45_000 });
  });

  it('counts for a further screen only what is not loaded yet', () => {
    expect(bytesOf('src/screens/destinations/view.ts')).toBeUndefined();
    expect(screens.slice(1).every(({ limit }) => limit === 8_000)).toBe(true);
  });

  it('counts what a screen fetches by itself, of texts in two languages the longer one', () => {
    expect(bytesOf(HELP)).toBe(400);
    expect(bytesOf(PAYMENT)).toBe(300);
  });

  it('counts a later step by itself, without what the screen before it has loaded', () => {
    expect(bytesOf(READY)).toBe(100);
  });
});
