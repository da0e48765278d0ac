import { readFileSync } from 'node:fs';
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

describe('docs/deploy.md', () => {
  it('asks the deploy button for every setting that has no default', () => {
    const asked = /&env=([A-Z_,]+)&/.exec(textOf('deploy.md'))?.[1]?.split(',') ?? [];
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
