import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENV_NAMES } from '../../../lib/config/env.ts';
import { botMessages } from '../../../lib/i18n/bot-messages.ts';

const textOf = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

describe('docs/runbook.md', () => {
  it('has a section for each alert, and for no other', () => {
    const sections = [...textOf('runbook.md').matchAll(/^### `(\w+)`$/gm)].map(([, code]) => code);
    expect(sections.sort()).toEqual(Object.keys(botMessages.en.alert).sort());
  });
});

/** What the page's own commands print in a clone of `remote`. */
function printedLink(remote: string): string {
  const commands = textOf('deploy.md')
    .split('```')
    .find((block) => block.includes('vercel.com/new/clone?'));
  if (commands === undefined) throw new Error('docs/deploy.md has no commands for the link');
  const clone = mkdtempSync(path.join(tmpdir(), 'deploy-link-'));
  try {
    execFileSync('git', ['init', '--quiet', clone]);
    execFileSync('git', ['remote', 'add', 'origin', remote], { cwd: clone });
    return execFileSync('sh', ['-eu', '-c', commands], { cwd: clone, encoding: 'utf8' }).trim();
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

describe('docs/deploy.md', () => {
  it.each([
    'git@github.com:acme/esim-shop.git',
    'https://github.com/acme/esim-shop.git',
    'https://github.com/acme/esim-shop',
  ])('prints a deploy link for a clone of %s', (remote) => {
    const link = new URL(printedLink(remote));
    expect(link.href).toMatch(/^https:\/\/vercel\.com\/new\/clone\?/);
    expect(link.searchParams.get('repository-url')).toBe('https://github.com/acme/esim-shop');
    expect(link.searchParams.get('envLink')).toBe('https://github.com/acme/esim-shop/blob/main/docs/deploy.md');
  });

  it('needs no name of a repository filled in', () => {
    expect(textOf('deploy.md')).not.toMatch(/OWNER|REPOSITORY/);
  });

  it('asks the deploy link for every setting that has no default', () => {
    const link = new URL(printedLink('git@github.com:acme/esim-shop.git'));
    const asked = link.searchParams.get('env')?.split(',') ?? [];
    for (const name of [
      'APP_URL',
      'DATABASE_URL',
      'ESIMGO_API_KEY',
      'TELEGRAM_BOT_TOKEN',
      'TELEGRAM_WEBHOOK_SECRET',
      'CRON_SECRET',
      'DATA_KEY',
    ]) {
      expect(asked).toContain(name);
    }
    expect(asked.filter((name) => !ENV_NAMES.some((known) => known === name))).toEqual([]);
  });

  it.each(['deploy.md', 'architecture.md', 'integration-esim-go.md', 'runbook.md'])(
    '%s names commands that exist',
    (name) => {
      const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
      for (const [, command = ''] of textOf(name).matchAll(/npm run ([a-z:]+)/g)) {
        expect(Object.keys(manifest.scripts), command).toContain(command);
      }
    },
  );
});
