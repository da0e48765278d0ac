import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepDevSecrets } from '../../../scripts/dev/dev-settings.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('keepDevSecrets', () => {
  it('gives the same secrets again after a restart', async () => {
    const first = await keepDevSecrets(dataDir);
    expect(await keepDevSecrets(dataDir)).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(3);
  });

  it('keeps them from other people of this machine', async () => {
    await keepDevSecrets(dataDir);
    expect(statSync(path.join(dataDir, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  it('refuses to replace what it cannot read, since sealed values would be lost', async () => {
    writeFileSync(path.join(dataDir, 'settings.json'), '{"DATA_KEY": ');
    await expect(keepDevSecrets(dataDir)).rejects.toThrow('settings.json cannot be read');
  });
});
