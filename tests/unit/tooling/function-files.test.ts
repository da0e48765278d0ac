import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFunctionFiles } from '../../../scripts/check/function-files.ts';

let api: string;
beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'function-files-'));
  api = path.join(folder, 'api');
  mkdirSync(path.join(api, 'esimgo'), { recursive: true });
});
afterEach(() => rmSync(path.dirname(api), { recursive: true, force: true }));

const write = (...names: string[]) => names.forEach((name) => writeFileSync(path.join(api, name), ''));

describe('checkFunctionFiles', () => {
  it('passes twelve functions and refuses the thirteenth', () => {
    write(...Array.from({ length: 12 }, (_, index) => `f${index}.ts`), 'types.d.ts');
    expect(checkFunctionFiles(api)).toEqual({
      isOk: true,
      output: 'api/ holds 12 functions; every plan deploys 12.',
    });
    write('esimgo/[more].ts');
    expect(checkFunctionFiles(api)).toEqual({
      isOk: false,
      output: 'api/ holds 13 functions; every plan deploys 12.',
    });
  });

  it.each(['x.test.ts', 'esimgo/x.spec.ts', 'esimgo/x_test.js'])('refuses %s, and says why', (name) => {
    write('health.ts', name);
    const { isOk, output } = checkFunctionFiles(api);
    expect(isOk).toBe(false);
    expect(output.split('\n')[0]).toBe(
      `api/${name} is a test; every file under api/ is deployed as a function. Move it to tests/.`,
    );
  });
});
