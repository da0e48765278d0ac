import * as z from 'zod';
import type { App } from '../../lib/app.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { ok, reasonOf, skipped, warn, wrong, type Finding } from './finding.ts';

const TIMEOUT_MS = 10_000;
/** A kind that eSIM Go does not know, so the shop takes it and does nothing. */
export const CHECK_CALLBACK = 'DoctorCheck';
/** Telegram has no such kind of update, so the shop takes it and stores nothing. */
const CHECK_UPDATE = { update_id: 0, doctor_check: {} };
const healthSchema = z.looseObject({ ok: z.boolean() });

/** The shop as the world reaches it, asked with the cron secret: only a shop that has the same one answers in full. */
export async function addressFindings(app: App, isKeyGood: boolean): Promise<readonly Finding[]> {
  const { config } = app.deps;
  const { secrets } = app;
  const name = 'public address';
  let response: Response;
  try {
    response = await fetch(`${config.appUrl}/api/health`, {
      headers: { authorization: `Bearer ${secrets.get('cronSecret')}` },
      // The secret goes to this address and to no other.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    return [
      warn(name, `${config.appUrl} does not answer: ${reasonOf(error)}`, 'Deploy the shop, or correct APP_URL.'),
      skipped('cron secret there', 'not asked'),
      skipped('webhook secret there', 'not asked'),
    ];
  }
  if (response.status >= 300 && response.status < 400) {
    return [
      wrong(name, `redirects (${response.status})`, 'Set APP_URL to the final address: Telegram follows no redirect.'),
    ];
  }
  const text = await response.text();
  const health = healthSchema.safeParse(parsed(text));
  if (!health.success) {
    return [
      wrong(name, `answers ${response.status}, not as this shop does`, 'APP_URL must be where the shop is served.'),
    ];
  }
  return [
    health.data.ok
      ? ok(name, `${config.appUrl} is up`)
      : wrong(name, 'answers that it is not well', 'Look at its log and at the lines above.'),
    'database' in health.data
      ? ok('cron secret there', 'the same as here')
      : wrong('cron secret there', 'differs from CRON_SECRET here', 'Set the same CRON_SECRET in both places.'),
    await webhookSecretFinding(app),
    await callbackFinding(app, isKeyGood),
  ];
}

/** As Telegram would send one, of a kind that the shop ignores: only a shop that has the same secret takes it. */
async function webhookSecretFinding({ deps: { config }, secrets }: App): Promise<Finding> {
  const name = 'webhook secret there';
  const status = await post(`${config.appUrl}/api/telegram/webhook`, JSON.stringify(CHECK_UPDATE), {
    'x-telegram-bot-api-secret-token': secrets.get('telegramWebhookSecret'),
  });
  if (status === 200) return ok(name, 'the same as here');
  return status === 401
    ? wrong(
        name,
        'differs from TELEGRAM_WEBHOOK_SECRET here: no payment can get through',
        'Set the same TELEGRAM_WEBHOOK_SECRET in both places, deploy, then run `npm run setup:bot`.',
      )
    : wrong(name, `answers ${status}`, 'Look at the log of the shop: Telegram meets the same.');
}

/** As eSIM Go would send one: only a shop that has the same key takes it. */
async function callbackFinding({ deps: { config }, secrets }: App, isKeyGood: boolean): Promise<Finding> {
  const name = 'callback there';
  const body = JSON.stringify({ alertType: CHECK_CALLBACK });
  const status = await post(`${config.appUrl}/api/esimgo/webhook`, body, {
    'x-signature-sha256': signCallback(Buffer.from(body), secrets.get('esimGoApiKey')),
  });
  if (status === 200) return ok(name, 'one signed with this key is taken');
  if (status === 401 && !isKeyGood) return skipped(name, 'not known: eSIM Go refuses the key that signed it');
  return status === 401
    ? wrong(
        name,
        'one signed with this key is refused (401)',
        'The deployed shop has another ESIMGO_API_KEY: set the same in both places and deploy.',
      )
    : wrong(name, `answers ${status}`, 'Look at the log of the shop: eSIM Go meets the same.');
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const { status } = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return status;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
