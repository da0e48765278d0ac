import { createApp } from '../../lib/app.ts';
import { createLog } from '../../lib/log/log.ts';
import { addressFindings } from './address.ts';
import { catalogueFindings, databaseFindings, kvFindings, sealFindings, workFindings } from './database.ts';
import { findingsOf, skipped, type Finding } from './finding.ts';
import { liveFindings } from './live.ts';
import { mailFindings } from './mail.ts';
import { nodeFinding, readSettings, rulesFinding } from './settings.ts';
import { identityFindings, isKeyRefused, supplierFindings } from './supplier.ts';
import { telegramFindings } from './telegram.ts';

export interface DoctorOptions {
  env: Readonly<Record<string, string | undefined>>;
  nodeVersion: string;
  isLive: boolean;
}

/** Looks at everything the shop depends on. It leaves a key in the KV store for a moment and one empty callback at the shop. */
export async function runDoctor({ env: given, nodeVersion, isLive }: DoctorOptions): Promise<Finding[]> {
  // As `npm start` and Vercel have it.
  const env = { ...given, NODE_ENV: given['NODE_ENV'] ?? 'production' };
  const settings = readSettings(env);
  const findings: Finding[] = [nodeFinding(nodeVersion), rulesFinding(env), ...settings.findings];
  if (settings.loaded === null) {
    return [...findings, skipped('outside services', 'not asked: the settings come first')];
  }
  const app = await createApp(
    settings.loaded,
    createLog(() => undefined),
  );
  try {
    const database = await findingsOf('database', 'Check DATABASE_URL and whether this machine may connect.', () =>
      databaseFindings(app),
    );
    findings.push(...database);
    const canRead = database.every(({ state }) => state !== 'wrong');
    const needsDatabase: readonly (readonly [string, string, () => Promise<readonly Finding[]>])[] = [
      [
        'KV',
        'Copy KV_REST_API_URL and KV_REST_API_TOKEN of this store again, or leave both out.',
        () => kvFindings(app),
      ],
      ['codes and addresses', 'Run `npm run migrate`.', () => sealFindings(app)],
      ['jobs', 'Read the log of the shop.', () => workFindings(app)],
      ['catalogue', 'Run `npm run migrate`.', () => catalogueFindings(app)],
      ['eSIM Go', 'Run `npm run esimgo:probe`.', () => supplierFindings(app)],
      ['shop id', 'Mend the lines above first.', () => identityFindings(app)],
    ];
    for (const [name, todo, look] of needsDatabase) {
      findings.push(
        ...(canRead ? await findingsOf(name, todo, look) : [skipped(name, 'not asked: the database comes first')]),
      );
    }
    findings.push(
      ...(await findingsOf('bot', 'Check TELEGRAM_BOT_TOKEN and the network.', () => telegramFindings(app))),
      ...(await findingsOf('mail', 'Check SMTP_URL.', () => mailFindings(app))),
      ...(await findingsOf('public address', 'Check APP_URL.', () => addressFindings(app, !isKeyRefused(findings)))),
    );
    if (isLive) {
      findings.push(...(await findingsOf('live', 'Run `npm run esimgo:probe`.', () => liveFindings(app, canRead))));
    }
    return findings;
  } finally {
    await app.close();
  }
}
