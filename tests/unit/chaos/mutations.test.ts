import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applyPatches, MUTATIONS } from '../../../scripts/chaos/mutations.ts';
import { judge } from '../../../scripts/chaos/run-mutations.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

describe('the list of mutations', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    'finds the safeguard it takes away: %s',
    (_name, { patches, tests }) => {
      for (const file of new Set(patches.map((patch) => patch.file))) {
        const text = readFileSync(fileOf(file), 'utf8');
        const own = patches.filter((patch) => patch.file === file);
        expect(applyPatches(text, own)).not.toBe(text);
      }
      expect(existsSync(fileOf(tests.file))).toBe(true);
    },
  );

  it('stands in the documentation, in the same order', () => {
    const rows = [...readFileSync(fileOf('docs/money.md'), 'utf8').matchAll(/^\| (.+) \| `(\S+)` \|$/gm)];
    expect(rows.map(([, name, file]) => ({ name, file }))).toEqual(
      MUTATIONS.map(({ name, tests }) => ({
        name,
        file: tests.file.replace(/^tests\//, '').replace(/\.test\.ts$/, ''),
      })),
    );
  });

  it('names each once', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });
});

describe('judge', () => {
  const green = { isGreen: true, failed: [] };
  const red = { isGreen: false, failed: ['guards'] };

  it('believes only tests that are green without the mutation', () => {
    expect(judge(green, red)).toBe('killed');
    expect(judge(green, green)).toBe('survived');
    expect(judge(red, red)).toBe('refused');
    expect(judge({ isGreen: false, failed: [] }, red)).toBe('refused');
  });
});

describe('applyPatches', () => {
  it('refuses a safeguard that is not where the list says, or is there twice', () => {
    const patch = { file: 'a.ts', find: 'guard', replace: '' };
    expect(() => applyPatches('nothing', [patch])).toThrow('a.ts holds 0 times');
    expect(() => applyPatches('guard guard', [patch])).toThrow('a.ts holds 2 times');
  });
});
