import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import * as z from 'zod';
import { ENV_NAMES } from '../../lib/config/env.ts';
import type { Order } from '../../lib/contract/order.ts';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { createTelegramApi } from '../../lib/telegram/bot-api.ts';
import { patientSetup } from '../../lib/telegram/patient-setup.ts';
import { setUpBot } from '../../lib/telegram/set-up-bot.ts';
import { readVercelSettings } from '../../scripts/serve/vercel-settings.ts';
import { checkSameHeaders, checkSecurityHeaders } from '../../scripts/verify-deploy/checks/headers.ts';
import { createChildren } from '../../scripts/verify-deploy/children.ts';
import { startSandboxProcess } from '../../scripts/verify-deploy/sandbox-process.ts';
import { buy, post, send, type Place } from '../integration/processes/buy.ts';
import { freePort, ROOT } from '../integration/processes/dev-process.ts';
import { buildForProduction, startProcess, type StartProcess } from '../integration/processes/start-process.ts';
import { createTestDatabase } from '../support/database.ts';
import { rawRequest, sendBytes } from '../support/raw-request.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

const START_MS = 240_000;
const EMAIL = 'anna.petrova@mail.example.com';
const MAIL_PASSWORD = 'the-password-for-mail';
const NAMES = { first_name: 'Annuschka', last_name: 'Petrowskaja', username: 'annuschka_p' };

const children = createChildren();
/** Values that only the build could see. */
const canaries = Object.fromEntries(
  [...ENV_NAMES, 'VITE_SECRET'].map((name) => [name, `canary_${randomBytes(12).toString('hex')}`]),
);
let built: Awaited<ReturnType<typeof buildForProduction>>;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let home: string;
let sandbox: Place;
let mail: Awaited<ReturnType<typeof startSmtpServer>>;
let shop: StartProcess;
let settings: Record<string, string>;

beforeAll(async () => {
  const before = { ...process.env };
  Object.assign(process.env, canaries);
  try {
    built = await buildForProduction();
  } finally {
    for (const name of Object.keys(canaries)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
  database = await createTestDatabase();
  home = await mkdtemp(path.join(tmpdir(), 'esim-shop-security-'));
  mail = await startSmtpServer();
  mail.fail({ RCPT: '550 5.1.1 <%s> no such mailbox' });
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const vendors = { ESIMGO_API_KEY: `sandbox-${hex(12)}`, TELEGRAM_BOT_TOKEN: `700100:sandbox-${hex(14)}` };
  const port = await freePort();
  const url = await startSandboxProcess({
    children,
    home,
    shopUrl: `http://127.0.0.1:${port}`,
    settings: { ...vendors, DATABASE_URL: database.url },
  });
  sandbox = { url };
  settings = {
    ...vendors,
    APP_URL: url,
    DATABASE_URL: database.url,
    ESIMGO_API_URL: `${url}/sandbox/esimgo/v2.5`,
    ESIMGO_API_KEY_PREVIOUS: `sandbox-${hex(12)}`,
    ESIMGO_RATE_PER_S: '0',
    TELEGRAM_API_URL: `${url}/sandbox/telegram`,
    TELEGRAM_RATE_PER_S: '0',
    TELEGRAM_WEBHOOK_SECRET: hex(16),
    CRON_SECRET: hex(16),
    DATA_KEY: hex(32),
    DATA_KEY_PREVIOUS: hex(32),
    SMTP_URL: mail.url.replace('//', `//shop:${MAIL_PASSWORD}@`),
  };
  await post(sandbox, '/sandbox/api/set', { esimgo: { rate_per_s: 0 }, telegram: { rate_per_s: 0 } });
  const bot = createTelegramApi({
    botToken: vendors.TELEGRAM_BOT_TOKEN,
    apiUrl: `${url}/sandbox/telegram`,
    ratePerS: 0,
  });
  const secretToken = settings['TELEGRAM_WEBHOOK_SECRET'] ?? '';
  await setUpBot(patientSetup(bot), { appUrl: url, shopName: 'eSIM', secretToken });
  shop = await startProcess(built.folder, port, settings);
}, START_MS);

afterAll(async () => {
  await shop?.kill();
  await children.stopAll();
  await mail?.close();
  await database?.drop();
  await Promise.all([built?.remove(), home && rm(home, { recursive: true, force: true })]);
}, START_MS);

/** Every file that a browser could be given, by its path. */
function siteFiles(): [name: string, text: string][] {
  const dist = path.join(built.folder, 'dist');
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => [path.relative(dist, file), readFileSync(file, 'latin1')]);
}

describe('the built Mini App', () => {
  it('holds no value of a setting that the build could see', () => {
    const files = siteFiles();
    expect(files.some(([name]) => name.endsWith('.js'))).toBe(true);
    for (const [name, value] of Object.entries(canaries)) {
      const holders = files.filter(([, text]) => text.includes(value)).map(([file]) => file);
      expect(holders, name).toEqual([]);
    }
  });

  it('holds no word that only the server says, and no map back to the sources', () => {
    const SERVER =
      /createHmac|timingSafeEqual|node:|process\.env|(?<!tg)WebAppData|x-api-key|secret-token|CRON_SECRET|DATA_KEY|BOT_TOKEN|DATABASE_URL|INSERT INTO|SELECT \*|FOR UPDATE|postgres|api\.esim-go\.com|api\.telegram\.org|cost_milli|matching_id_sealed|sandbox|sourceMappingURL|sourcesContent/;
    for (const [file, text] of siteFiles()) {
      if (/\.(js|css|html|json|webmanifest)$/.test(file)) expect(SERVER.exec(text)?.[0], file).toBeUndefined();
      expect(file).not.toMatch(/\.(map|ts|sql|env)$/);
    }
  });

  it('is made of nothing but the sources of the front end and what they may share', async () => {
    const modules = new Set<string>();
    await build({
      root: ROOT,
      configFile: path.join(ROOT, 'vite.config.ts'),
      logLevel: 'silent',
      build: { write: false },
      plugins: [
        {
          name: 'modules',
          generateBundle(_options, bundle) {
            for (const part of Object.values(bundle)) {
              if (part.type === 'chunk') for (const id of part.moduleIds) modules.add(id);
            }
          },
        },
      ],
    });
    const own = [...modules].filter((id) => id.startsWith(ROOT) && !id.includes('/node_modules/'));
    const packages = [...modules].flatMap((id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
    const folders = own
      .map((id) => path.relative(ROOT, id))
      .filter((file) => !/^(src\/|lib\/(money|i18n)\/|index\.html)/.test(file));
    expect(own.length).toBeGreaterThan(20);
    expect(folders).toEqual([]);
    expect(
      [...new Set(packages)].filter(
        (name) =>
          !/^(@preact\/signals-core|@telegram-apps\/.+|error-kid|valibot|better-promises|mitt|vite)$/.test(name),
      ),
    ).toEqual([]);
  });

  it('has no script, style or handler inside the page, so that the policy need not allow any', () => {
    const page = readFileSync(path.join(built.folder, 'dist/index.html'), 'utf8');
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:|https?:\/\//i);
  });
});

const headersOf = (headers: Headers): Record<string, string> => Object.fromEntries(headers);

describe('what npm start answers', () => {
  const PATHS: readonly (readonly [method: string, path: string])[] = [
    ['GET', '/'],
    ['HEAD', '/'],
    ['GET', '/index.html'],
    ['GET', '/checkout/esim_1GB_7D_TH_V2'],
    ['GET', '/admin/orders'],
    ['GET', '/nowhere'],
    ['POST', '/'],
    ['GET', '/api/session'],
    ['PUT', '/api/session'],
    ['OPTIONS', '/api/esimgo/order'],
    ['GET', '/api/health'],
    ['GET', '/api/nowhere'],
    ['GET', '/api/esimgo/catalogue?destination=;'],
    ['POST', '/api/telegram/webhook'],
  ];

  it('has the headers of vercel.json on every path, whoever answers', async () => {
    const wanted = readVercelSettings(path.join(ROOT, 'vercel.json'));
    const assets = siteFiles().flatMap(([file]) => (file.startsWith('assets/') ? [['GET', `/${file}`] as const] : []));
    const statuses = new Set<number>();
    for (const [method, where] of [...PATHS, ...assets]) {
      const answer = await rawRequest(shop.url, where, { method });
      statuses.add(answer.status);
      const headers = headersOf(answer.headers);
      expect(checkSecurityHeaders(where, headers)).toEqual([]);
      expect(
        checkSameHeaders(where, headers, Object.fromEntries(wanted.headersFor(where.split('?')[0] ?? ''))),
      ).toEqual([]);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http:|blob:/);
      expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined();
    }
    expect([...statuses].toSorted()).toEqual(expect.arrayContaining([200, 400, 401, 404, 405]));
  });

  it('lets no other site read or send anything in a visitor’s name', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'https://web.telegram.org.evil.example',
      settings['APP_URL'] ?? '',
    ]) {
      const asked = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      };
      for (const [method, where] of PATHS) {
        const { headers } = await rawRequest(shop.url, where, { method, headers: asked });
        const names = [...headers.keys()].filter((name) => /^access-control|^set-cookie|^timing-allow/.test(name));
        expect(names, `${method} ${where}`).toEqual([]);
      }
      // What a page may send without asking first: a form.
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        const pieces = [Buffer.from('{"events":[{"name":"open"}]}')];
        const answer = await rawRequest(shop.url, '/api/events', {
          method: 'POST',
          headers: { origin, 'content-type': type },
          pieces,
        });
        expect([401, 415]).toContain(answer.status);
      }
    }
  });

  it('lies inside the site: no path leads to another file', async () => {
    const secretFiles = [
      'package.json',
      'vercel.json',
      '.env',
      'build/api/session.js',
      'node_modules/zod/package.json',
    ];
    const outside = ['etc/passwd', 'proc/self/environ'];
    const climbs = [
      '/../',
      '/../../../../../../',
      '/assets/../../',
      '/%2e%2e/',
      '/..%2f',
      '/%2e%2e%2f',
      '/%252e%252e%252f',
      '/..\\',
      '/..%5c',
      '/....//',
      '//',
      '/./',
      '/assets/%2e%2e/%2e%2e/',
      '/to/../../',
      '/api/../../',
      '/%c0%ae%c0%ae/',
      '/file:///',
    ];
    for (const climb of climbs) {
      for (const file of [...secretFiles, ...outside]) {
        const target = `${climb}${file}`;
        const answer = await sendBytes(shop.url, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
        expect(answer, target).not.toMatch(/root:x:|"dependencies"|"installCommand"|export const GET|PATH=/);
        expect(answer, target).toMatch(/^HTTP\/1\.1 (400|404)|<!doctype html>/i);
      }
    }
    for (const where of [
      '/.env',
      '/.git/config',
      '/build/api/session.js',
      '/lib/app.ts',
      '/index.html%00.js',
      '/assets/',
      '/assets',
      '/C:/x',
      '/\\',
    ]) {
      expect((await rawRequest(shop.url, where)).status, where).toBe(404);
    }
  });
});

describe('what npm start prints', () => {
  it(
    'holds no secret, after purchases and everything that goes wrong around them',
    async () => {
      await until(
        () => fetch(`${shop.url}/api/esimgo/catalogue`).then((answer) => answer.text()),
        (text) => text.includes('"destinations":[{'),
        2_000,
      );
      const faults = (target: string, rules: object[]) => post(sandbox, '/sandbox/api/faults', { target, rules });
      await faults('esimgo', [
        { match: { path: '/esims/' }, action: 'garbage', times: 2 },
        { match: { path: '/esims/' }, action: 'error_500', times: 2 },
        { match: { path: '/assignments' }, action: 'garbage', times: 1 },
      ]);
      await faults('telegram', [{ match: { path: '/sendPhoto' }, action: 'drop_after', times: 1 }]);
      const purchase = await buy(shop, 6_601, sandbox, { email: EMAIL });
      const order: Order = await purchase.waitFor(({ status }) => status === 'ready');
      await faults('esimgo', [{ match: { method: 'POST', path: '/orders' }, action: 'not_found' }]);
      const refused = await buy(shop, 6_602, sandbox);
      await refused.waitFor(({ status }) => status === 'refunded' || status === 'failed');
      await faults('esimgo', [{ match: { path: '/' }, action: 'forbidden' }]);
      const { init_data: initData } = await post<{ init_data: string }>(sandbox, '/sandbox/api/init-data', {
        user: { id: 6_603, ...NAMES },
      });
      const headers = { authorization: `tma ${initData}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ bundle_id: order.plan_id, expected_stars: order.price_stars, email: EMAIL });
      await fetch(`${shop.url}/api/esimgo/order`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': 'key-of-anna' },
        body,
      });
      await faults('esimgo', []);
      const message = `cannot show ${order.activation_code} to ${EMAIL}: tma ${initData}`.slice(0, 200);
      for (const details of [{ message }, { type: 'TypeError', frame: 'main.js:1:2' }]) {
        await fetch(`${shop.url}/api/events`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ events: [{ name: 'error', details }] }),
        });
      }
      await fetch(`${shop.url}/api/session`, { headers });
      await fetch(`${shop.url}/api/session`, { headers: { authorization: `tma ${initData}x` } });
      await fetch(`${shop.url}/api/cron/tick?secret=${settings['CRON_SECRET']}`);
      await fetch(`${shop.url}/api/cron/tick`, { headers: { authorization: `Bearer ${settings['CRON_SECRET']}x` } });
      await fetch(`${shop.url}/api/cron/drain`, { headers: { authorization: `Bearer ${settings['CRON_SECRET']}` } });
      await fetch(`${shop.url}/api/esimgo/order`, { method: 'POST', headers, body: `{"email":"${EMAIL}` });
      const payment = {
        currency: 'XTR',
        total_amount: -1,
        invoice_payload: initData,
        telegram_payment_charge_id: EMAIL,
      };
      await post(
        shop,
        '/api/telegram/webhook',
        { update_id: 1, message: { date: 1, chat: { id: 6_603, type: 'private' }, successful_payment: payment } },
        { 'x-telegram-bot-api-secret-token': settings['TELEGRAM_WEBHOOK_SECRET'] ?? '' },
      );
      const callback = JSON.stringify({ alertType: order.activation_code, iccid: '8943108170001234567' });
      for (const key of [settings['ESIMGO_API_KEY'] ?? '', 'another']) {
        const signature = signCallback(Buffer.from(callback), key);
        await fetch(`${shop.url}/api/esimgo/webhook`, {
          method: 'POST',
          body: callback,
          headers: { 'x-signature-sha256': signature },
        });
      }
      await send(shop, '/api/health', { headers: { authorization: `Bearer ${settings['CRON_SECRET']}` } });
      // The letter was tried, and the refusal quotes the address.
      await until(
        async () => shop.output(),
        (printed) => printed.includes('"mail_refused"'),
      );
      await shop.stop();

      const output = shop.output();
      const levels = new Set(
        output.split('\n').flatMap((line) => {
          if (!line.startsWith('{')) return [];
          return z.looseObject({ level: z.string() }).parse(JSON.parse(line)).level;
        }),
      );
      expect([...levels].toSorted()).toEqual(['error', 'info', 'warn']);
      const iccids = output.match(/\d{18,22}/g) ?? [];
      const login = new URLSearchParams(initData);
      const secrets: Record<string, string> = {
        ...Object.fromEntries(
          Object.entries(settings).filter(([name]) => /KEY|SECRET|TOKEN|DATABASE_URL|SMTP_URL/.test(name)),
        ),
        botSecret: settings['TELEGRAM_BOT_TOKEN']?.split(':')[1] ?? '',
        initData,
        hash: login.get('hash') ?? '',
        signature: login.get('signature') ?? '',
        lpa: order.activation_code ?? '',
        matchingId: order.activation_code?.split('$')[2] ?? '',
        email: EMAIL,
        mailPassword: MAIL_PASSWORD,
        ...NAMES,
      };
      for (const [name, value] of Object.entries(secrets)) {
        expect(value.length, name).toBeGreaterThan(7);
        for (const spelling of [value, encodeURIComponent(value), Buffer.from(value).toString('base64').slice(0, -4)]) {
          expect(output.includes(spelling), name).toBe(false);
        }
      }
      expect(iccids).toEqual([]);
      expect(output).not.toMatch(/LPA:1|data:image/);
    },
    START_MS,
  );
});
