import { describe, expect, it } from 'vitest';
import { measureScreens } from '../../../scripts/check/size-budget.ts';

const chunk = (file: string, more: object = {}) => ({ file, imports: [], css: [], ...more });

describe('measureScreens', () => {
  const screens = measureScreens(
    {
      'index.html': chunk('main.js', { isEntry: true, imports: ['_shared.js'], css: ['main.css'] }),
      '_shared.js': chunk('shared.js'),
      'src/screens/destinations/view.ts': chunk('destinations.js', { isDynamicEntry: true, imports: ['_shared.js'] }),
      'src/screens/help/view.ts': chunk('help.js', {
        isDynamicEntry: true,
        imports: ['_shared.js'],
        css: ['help.css'],
      }),
    },
    () => 100,
  );

  it('counts for the first screen the page, what it imports, and the screen that opens first', () => {
    expect(screens[0]).toMatchObject({ name: 'first screen', bytes: 500, limit: 45_000 });
  });

  it('counts for a further screen only what is not loaded yet', () => {
    expect(screens.slice(1)).toEqual([{ name: 'src/screens/help/view.ts', bytes: 200, limit: 8_000 }]);
  });
});
