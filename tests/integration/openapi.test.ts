import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signCallback } from '../../lib/esim-go/signature.ts';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import { referencePage } from '../../scripts/openapi/page.ts';
import { ANSWER_SCHEMAS, REQUEST_SCHEMAS } from '../../scripts/openapi/schemas.ts';
import { allowedMethods, listFunctionFiles } from '../../scripts/serve/function-routes.ts';
import { startShop, type Answer, type ShopUnderTest } from '../support/shop.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const responsesSchema = z.record(
  z.string(),
  z.looseObject({
    headers: z.record(z.string(), z.unknown()).optional(),
    content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }).optional(),
  }),
);
const documentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({ responses: responsesSchema, security: z.array(z.record(z.string(), z.unknown())) }),
    ),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});
// As a client gets it: from the file.
const committed = documentSchema.parse(JSON.parse(await readFile(path.join(ROOT, 'docs/openapi.json'), 'utf8')));

/** JSON Schema keeps what it refers to under `$defs`, OpenAPI under `components`. */
function localRefs(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'));
}

function compiled(schema: Readonly<Record<string, unknown>>): z.ZodType {
  const whole = localRefs({ ...schema, $defs: committed.components.schemas });
  return z.fromJSONSchema(z.custom<Parameters<typeof z.fromJSONSchema>[0]>().parse(whole));
}

let shop: ShopUnderTest;
beforeAll(async () => {
  shop = await startShop({ ADMIN_TELEGRAM_IDS: '9001' });
});
afterAll(() => shop?.close());

/** The answer is one that the document promises for this route: its status, its form and its headers. */
function expectDocumented(method: 'get' | 'post', route: string, answer: Answer): void {
  const response = committed.paths[route]?.[method]?.responses[String(answer.status)];
  expect(response, `${method} ${route} answered ${answer.status}, which is not in the document`).toBeDefined();
  const schema = response?.content?.['application/json'].schema;
  if (schema === undefined) {
    expect(answer.body).toBe('');
  } else {
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const parsed = compiled(schema).safeParse(answer.body);
    expect(parsed.error && z.prettifyError(parsed.error)).toBeUndefined();
  }
  for (const name of Object.keys(response?.headers ?? {})) {
    expect(answer.headers.has(name), `${method} ${route} ${answer.status} lacks ${name}`).toBe(true);
  }
}

const codeOf = (answer: Answer): string | undefined =>
  z.looseObject({ error: z.looseObject({ code: z.string() }) }).safeParse(answer.body).data?.error.code;

describe('docs/openapi.json and docs/api.html', () => {
  it('are as `npm run openapi` writes them', async () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    expect(await readFile(path.join(ROOT, 'docs/api.html'), 'utf8')).toBe(referencePage());
  });

  it('describe every method of every function, and no other', async () => {
    const deployed: string[] = [];
    for (const { route, file } of listFunctionFiles(path.join(ROOT, 'api'))) {
      const module: unknown = await import(/* @vite-ignore */ file);
      const name = route.replaceAll(/\[(\w+)\]/g, '{$1}');
      for (const method of allowedMethods(module).split(', ')) deployed.push(`${method.toLowerCase()} ${name}`);
    }
    const described = OPERATIONS.map(({ method, path: route }) => `${method} ${route}`);
    expect(described.sort()).toEqual(deployed.sort());
  });

  it('hold each schema of the contract as it is, with references to the others', () => {
    const inline = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(inline);
      if (typeof value !== 'object' || value === null) return value;
      const { $schema: _dialect, $ref: ref, ...rest }: Record<string, unknown> = { ...value };
      const name = typeof ref === 'string' ? ref.replace('#/components/schemas/', '') : null;
      if (name !== null) return inline(committed.components.schemas[name]);
      return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, inline(inner)]));
    };
    const all = { ...REQUEST_SCHEMAS, ...ANSWER_SCHEMAS };
    expect(Object.keys(committed.components.schemas).sort()).toEqual(Object.keys(all).sort());
    for (const [name, schema] of Object.entries(all)) {
      const io = name in REQUEST_SCHEMAS ? 'input' : 'output';
      const own = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io, reused: 'inline' })));
      expect(inline(committed.components.schemas[name]), name).toEqual(inline(own));
    }
  });

  it('name the proof that each protected route asks for', () => {
    for (const [route, methods] of Object.entries(committed.paths)) {
      for (const { security } of Object.values(methods)) {
        const isOpen = route === '/api/esimgo/catalogue' || route === '/api/health';
        expect(security.length, route).toBe(isOpen ? 0 : 1);
      }
    }
  });

  it('ask nobody for anything when the page is opened', () => {
    expect(referencePage()).not.toMatch(/https?:\/\/|<script|@import|url\(/);
  });
});

describe('the answers of the shop', () => {
  it('to anyone are as documented', async () => {
    const route = '/api/esimgo/catalogue';
    const list = await shop.call(route);
    expect(list.status).toBe(200);
    expectDocumented('get', route, list);
    expectDocumented('get', route, await shop.call(`${route}?destination=TH`));
    const etag = list.headers.get('etag') ?? '';
    const same = await shop.call(route, { headers: { 'if-none-match': etag } });
    expect(same.status).toBe(304);
    expectDocumented('get', route, same);
    for (const [query, code] of [
      ['?destination=NOWHERE', 'not_found'],
      ['?destination=%00', 'bad_request'],
    ] as const) {
      const refused = await shop.call(`${route}${query}`);
      expect(codeOf(refused)).toBe(code);
      expectDocumented('get', route, refused);
    }
    expectDocumented('get', '/api/health', await shop.call('/api/health'));
    expectDocumented('get', '/api/health', await shop.call('/api/health?include=bot'));
    const cron = { authorization: `Bearer ${shop.env['CRON_SECRET']}` };
    expectDocumented('get', '/api/health', await shop.call('/api/health', { headers: cron }));
  });

  it.each(OPERATIONS.filter(({ access }) => access === 'user'))(
    'without a login are as documented: $method $path',
    async ({ method, path: route }) => {
      for (const authorization of [undefined, 'tma nonsense']) {
        const headers = { ...(authorization === undefined ? {} : { authorization }), 'idempotency-key': randomUUID() };
        const answer = await shop.call(route, { headers, ...(method === 'post' ? { json: {} } : {}) });
        expect(answer.status).toBe(401);
        expectDocumented(method, route, answer);
      }
    },
  );

  it('to a buyer are as documented, from the session to the used eSIM', async () => {
    const buyer = await shop.user(9_001);
    expectDocumented('get', '/api/session', await buyer.get('/api/session'));

    const [plan] = await shop.plans('TH');
    if (plan === undefined) throw new Error('no plan for TH');
    const key = randomUUID();
    const ordered = await buyer.order(plan, { email: 'buyer@shop.example' }, key);
    expect(ordered.status).toBe(200);
    expectDocumented('post', '/api/esimgo/order', ordered);
    const { order, invoice_url: invoice } = ordered.body;

    const statusRoute = `/api/esimgo/status?order_id=${order.id}`;
    expectDocumented('get', '/api/esimgo/status', await buyer.get(statusRoute));
    await buyer.pay(invoice);
    await buyer.waitFor(order.id, 'ready');
    await shop.settled();
    expectDocumented('get', '/api/esimgo/status', await buyer.get(statusRoute));
    expectDocumented('get', '/api/esimgo/order', await buyer.get('/api/esimgo/order'));

    const esims = await buyer.get<{ esims: { id: string }[] }>('/api/esimgo/esim');
    expectDocumented('get', '/api/esimgo/esim', esims);
    const id = esims.body.esims[0]?.id ?? '';
    expectDocumented('get', '/api/esimgo/esim', await buyer.get(`/api/esimgo/esim?id=${id}`));
    for (const body of [
      { id, action: 'refresh_usage' },
      { id, action: 'rename', name: 'Holiday' },
      { id, action: 'diagnose' },
      { order_id: order.id, action: 'activated' },
    ]) {
      const answer = await buyer.post('/api/esimgo/esim', body);
      expect(answer.status).toBe(200);
      expectDocumented('post', '/api/esimgo/esim', answer);
    }
    const events = await buyer.post('/api/events', { events: [{ name: 'open' }] });
    expect(events.status).toBe(204);
    expectDocumented('post', '/api/events', events);

    const topUp = await buyer.order(plan, { iccid: id });
    expectDocumented('post', '/api/esimgo/order', topUp);
    expect([200, 409]).toContain(topUp.status);
  });

  it('to wrong orders are as documented, with their codes', async () => {
    const buyer = await shop.user(9_002);
    const [plan] = await shop.plans('TR');
    if (plan === undefined) throw new Error('no plan for TR');
    const route = '/api/esimgo/order';
    const key = randomUUID();
    await buyer.order(plan, {}, key);
    const refusals: (readonly [string, Promise<Answer>])[] = [
      ['bad_request', buyer.post(route, { bundle_id: plan.id, expected_stars: plan.price_stars })],
      ['bad_request', buyer.order(plan, { surplus: true })],
      ['idempotency_conflict', buyer.order(plan, { email: 'other@shop.example' }, key)],
      ['price_changed', buyer.order({ ...plan, price_stars: plan.price_stars + 1 })],
      ['unknown_bundle', buyer.order({ ...plan, id: 'esim_1GB_7D_ZZ_V2' })],
      ['not_found', buyer.order(plan, { iccid: 'esim_aaaaaaaaaaaaaaaaaaaa' })],
      ['payload_too_large', buyer.post(route, { bundle_id: 'a'.repeat(70_000) }, { 'idempotency-key': randomUUID() })],
      [
        'unsupported_media_type',
        buyer.post(route, {}, { 'idempotency-key': randomUUID(), 'content-type': 'text/plain' }),
      ],
    ];
    for (const [code, refusal] of refusals) {
      const answer = await refusal;
      expect(codeOf(answer)).toBe(code);
      expectDocumented('post', route, answer);
    }
    await shop.set({ esimgo: { balance: 0 } });
    await shop.query(`DELETE FROM kv WHERE key LIKE 'supplier%'`);
    await shop.app.deps.kv.delete('supplier:snapshot');
    const poor = await buyer.order(plan);
    expect(codeOf(poor)).toBe('temporarily_unavailable');
    expectDocumented('post', route, poor);
    await shop.set({ esimgo: { balance: 1_000_000 } });
    await shop.app.deps.kv.delete('supplier:snapshot');
  });

  it('to wrong questions about orders and eSIMs are as documented', async () => {
    const stranger = await shop.user(9_003);
    const nobodys = 'ord_aaaaaaaaaaaaaaaaaaaa';
    for (const [route, query, code] of [
      ['/api/esimgo/status', '', 'bad_request'],
      ['/api/esimgo/status', `?order_id=${nobodys}`, 'not_found'],
      ['/api/esimgo/order', '?cursor=x', 'bad_request'],
      ['/api/esimgo/order', `?cursor=${nobodys}`, 'not_found'],
      ['/api/esimgo/esim', '?id=%20', 'bad_request'],
      ['/api/esimgo/esim', '?id=esim_aaaaaaaaaaaaaaaaaaaa', 'not_found'],
    ] as const) {
      const answer = await stranger.get(`${route}${query}`);
      expect(codeOf(answer), `${route}${query}`).toBe(code);
      expectDocumented('get', route, answer);
    }
    for (const [route, body, code] of [
      ['/api/esimgo/esim', { action: 'diagnose' }, 'bad_request'],
      ['/api/esimgo/esim', { order_id: nobodys, action: 'diagnose' }, 'not_found'],
      ['/api/events', { events: [] }, 'bad_request'],
    ] as const) {
      const answer = await stranger.post(route, body);
      expect(codeOf(answer)).toBe(code);
      expectDocumented('post', route, answer);
    }
  });

  it('to the vendors and to cron are as documented', async () => {
    const callback = JSON.stringify({ alertType: 'FirstAttachment', iccid: '8900000000000000017' });
    const signature = signCallback(Buffer.from(callback), shop.env['ESIMGO_API_KEY'] ?? '');
    const json = { 'content-type': 'application/json' };
    const route = '/api/esimgo/webhook';
    const signed = { ...json, 'x-signature-sha256': signature };
    const taken = await shop.call(route, { method: 'POST', body: callback, headers: signed });
    expect(taken.status).toBe(200);
    expectDocumented('post', route, taken);
    const unsigned = await shop.call(route, { method: 'POST', body: callback, headers: json });
    expect(codeOf(unsigned)).toBe('unauthorized');
    expectDocumented('post', route, unsigned);

    const telegram = '/api/telegram/webhook';
    const secret = { 'x-telegram-bot-api-secret-token': shop.env['TELEGRAM_WEBHOOK_SECRET'] ?? '' };
    const update = await shop.call(telegram, { json: { update_id: 1 }, headers: secret });
    expect(update.status).toBe(200);
    expectDocumented('post', telegram, update);
    expectDocumented('post', telegram, await shop.call(telegram, { json: { update_id: 2 } }));
    expectDocumented('post', telegram, await shop.call(telegram, { json: [], headers: secret }));

    for (const job of ['tick', 'drain', 'expire']) expectDocumented('get', '/api/cron/{job}', await shop.cron(job));
    const unknown = await shop.cron('nothing');
    expect(codeOf(unknown)).toBe('not_found');
    expectDocumented('get', '/api/cron/{job}', unknown);
    expectDocumented('get', '/api/cron/{job}', await shop.call('/api/cron/tick'));
  });
});
