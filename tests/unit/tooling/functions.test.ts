import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENV_NAMES } from '../../../lib/config/env.ts';
import { listFunctionFiles } from '../../../scripts/serve/function-routes.ts';

describe('api/', () => {
  const files = existsSync('api') ? listFunctionFiles('api').map(({ file }) => file) : [];

  it('holds at most the twelve functions that every plan of Vercel deploys', () => {
    expect(files.length).toBeLessThanOrEqual(12);
  });

  it('holds no tests and no helpers, since each file there is deployed as a function', () => {
    const all = existsSync('api') ? readdirSync('api', { recursive: true, encoding: 'utf8' }) : [];
    expect(all.filter((name) => /\.(test|spec)\.|__tests__|(^|\/)_|\.d\.ts$/.test(name))).toEqual([]);
    expect(
      files.filter(
        (file) => !/export\s+(const|async function|function)\s+(GET|POST)\b/.test(readFileSync(file, 'utf8')),
      ),
    ).toEqual([]);
  });
});

describe('.env.example', () => {
  it('explains every setting, and nothing that is none', () => {
    const names = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(
      ([, name]) => name,
    );
    expect(names.sort()).toEqual([...ENV_NAMES].sort());
  });
});
