import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/contract/catalogue.ts';
import type { SessionAnswer } from '../../lib/contract/session.ts';
import { drainOutbox } from '../../lib/jobs/drain-outbox.ts';
import { purge } from '../../lib/jobs/purge.ts';
import { createSmtpMailer } from '../../lib/mail/smtp.ts';
import { readQrPng } from '../support/read-qr.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

let mail: Awaited<ReturnType<typeof startSmtpServer>>;
let shop: ShopUnderTest;
let plan: Plan;
let lastUserId = 4_200;

beforeAll(async () => {
  mail = await startSmtpServer();
  shop = await startShop({ SMTP_URL: `${mail.url}?from=shop@example.com`, SHOP_NAME: 'Trip' });
  const [first] = await shop.plans('TH');
  if (first === undefined) throw new Error('Thailand is not sold');
  plan = first;
});
afterEach(() => mail.fail({}));
afterAll(async () => {
  await shop.close();
  await mail.close();
});

async function bought(email: string | null, language = 'en', more: object = {}) {
  const buyer = await shop.user((lastUserId += 1), language);
  const { body } = await buyer.order(plan, { ...(email !== null && { email }), ...more });
  await buyer.pay(body.invoice_url);
  const order = await buyer.waitFor(body.order.id, 'ready');
  await shop.settled();
  return { buyer, order };
}

async function jobOf(orderId: string) {
  const [job] = await shop.query<{ done_at: Date | null; dead_at: Date | null; last_error: string | null }>(
    `SELECT done_at, dead_at, last_error FROM outbox WHERE job_key = 'mail_ready:' || $1`,
    [orderId],
  );
  return job;
}

async function addressOf(orderId: string) {
  const [row] = await shop.query<{ email_sealed: string | null }>(`SELECT email_sealed FROM orders WHERE id = $1`, [
    orderId,
  ]);
  return row?.email_sealed;
}

const contentOf = (parts: { type: string; content: Buffer }[], type: string) =>
  parts.find((part) => part.type.startsWith(type))?.content ?? Buffer.alloc(0);

describe('the eSIM by e-mail', () => {
  it('is offered where a mail server is set', async () => {
    const { body } = await (await shop.user(4_100)).get<SessionAnswer>('/api/session');
    expect(body.email_enabled).toBe(true);
  });

  it('has the QR inside, the codes and the steps, in the language of the buyer', async () => {
    const { order } = await bought('anna@mail.example', 'ru');
    const { from, headers, parts } = await mail.mailTo('anna@mail.example');
    expect(from).toBe('shop@example.com');
    expect(headers['subject']).toBe('eSIM готов: Таиланд');
    expect(headers['from']).toContain('Trip');
    const code = order.activation_code ?? 'none';
    const text = contentOf(parts, 'text/plain').toString();
    const html = contentOf(parts, 'text/html').toString();
    for (const words of [text, html]) {
      expect(words).toContain(code);
      expect(words).toContain(code.split('$')[1]);
      expect(words).toContain('Установите');
      expect(words).toContain('https://esimsetup.apple.com/');
    }
    expect(text).not.toMatch(/<|&amp;/);
    const picture = parts.find(({ type }) => type.startsWith('image/png'));
    expect(picture?.headers['content-disposition']).toMatch(/^inline/);
    expect(html).toContain(`cid:${picture?.headers['content-id']?.replaceAll(/[<>]/g, '')}`);
    expect(readQrPng(picture?.content ?? Buffer.alloc(0))).toBe(code);
  });

  it('comes in English to who speaks it, and asks for no picture from elsewhere', async () => {
    await bought('john@mail.example');
    const { headers, parts } = await mail.mailTo('john@mail.example');
    expect(headers['subject']).toBe('Your eSIM is ready: Thailand');
    expect(contentOf(parts, 'text/html').toString()).not.toMatch(/src="(?!cid:)/);
  });

  it('forgets the address once it has served', async () => {
    const { order } = await bought('once@mail.example');
    await mail.mailTo('once@mail.example');
    expect(await addressOf(order.id)).toBeNull();
  });

  it('is not sent to who asked for none', async () => {
    const { order } = await bought(null);
    expect(await jobOf(order.id)).toBeUndefined();
  });

  it('tells of data that was added, without a code', async () => {
    const { buyer, order } = await bought(null);
    const { body } = await buyer.order(plan, { iccid: order.esim_id, email: 'more@mail.example' });
    await buyer.pay(body.invoice_url);
    await buyer.waitFor(body.order.id, 'ready', 'active');
    const { headers, parts } = await mail.mailTo('more@mail.example');
    expect(headers['subject']).toBe('Data added: Thailand');
    expect(parts.map(({ content }) => content.toString()).join()).not.toContain('LPA:1');
  });

  it('is tried again after a server that was busy', async () => {
    mail.fail({ RCPT: '451 4.2.1 <%s> is busy' });
    const { order } = await bought('busy@mail.example');
    expect(await jobOf(order.id)).toMatchObject({ done_at: null, last_error: 'MailUnreachableError' });
    mail.fail({});
    await shop.query(`UPDATE outbox SET run_at = now() WHERE job_key = 'mail_ready:' || $1`, [order.id]);
    await drainOutbox(shop.app.deps, { subjectId: order.id });
    await mail.mailTo('busy@mail.example');
    expect((await jobOf(order.id))?.done_at).not.toBeNull();
  });

  it('is given up at once for a mailbox that does not exist', async () => {
    mail.fail({ RCPT: '550 5.1.1 <%s> unknown' });
    const { order } = await bought('nobody@mail.example');
    expect(await jobOf(order.id)).toMatchObject({ dead_at: null, last_error: null });
    expect((await jobOf(order.id))?.done_at).not.toBeNull();
    expect(await addressOf(order.id)).toBeNull();
  });

  it('ends with an alert after too many tries, and the eSIM is there all the same', async () => {
    mail.fail({ MAIL: '550 5.7.1 sender not allowed' });
    const { order } = await bought('late@mail.example');
    await shop.query(`UPDATE outbox SET attempts = 19, run_at = now() WHERE job_key = 'mail_ready:' || $1`, [order.id]);
    await drainOutbox(shop.app.deps, { subjectId: order.id });
    expect((await jobOf(order.id))?.dead_at).not.toBeNull();
    const alerts = await shop.query(`SELECT id FROM outbox WHERE job_key = $1`, [`alert:${order.id}:job_failed`]);
    expect(alerts).toHaveLength(1);
    expect(order.activation_code).not.toBeNull();
  });
});

describe('an address that never served', () => {
  const ended = (orderId: string, column: 'expires_at' | 'ready_at', hours: number) =>
    shop.query(`UPDATE orders SET ${column} = now() - $2::integer * interval '1 hour' WHERE id = $1`, [orderId, hours]);

  it('is forgotten two days after the order lapsed, and not before', async () => {
    const buyer = await shop.user((lastUserId += 1));
    const place = async () => (await buyer.order(plan, { email: 'unpaid@mail.example' })).body.order.id;
    const [waiting, lapsed, longLapsed] = [await place(), await place(), await place()];
    await ended(lapsed, 'expires_at', 47);
    await ended(longLapsed, 'expires_at', 49);
    await shop.cron('expire');
    expect(await purge(shop.app.deps)).toMatchObject({ addresses: 1 });
    expect(await addressOf(longLapsed)).toBeNull();
    for (const id of [waiting, lapsed]) expect(await addressOf(id)).not.toBeNull();
  });

  it('is forgotten two days after the delivery whose letter could not be sent', async () => {
    mail.fail({ MAIL: '550 5.7.1 sender not allowed' });
    const { order } = await bought('refused@mail.example');
    expect(await purge(shop.app.deps)).toMatchObject({ addresses: 0 });
    await ended(order.id, 'ready_at', 49);
    expect(await purge(shop.app.deps)).toMatchObject({ addresses: 1 });
    expect(await addressOf(order.id)).toBeNull();
  });
});

describe('a failure of the mail server', () => {
  it.each<[string, string]>([
    ['RCPT', '550 5.1.1 <%s> unknown'],
    ['RCPT', '451 4.2.1 <%s> is busy'],
    ['DATA', '554 5.7.1 <%s> not wanted'],
  ])('never names the address: %s %s', async (command, answer) => {
    mail.fail({ [command]: answer });
    const mailer = createSmtpMailer({ url: mail.url, shopName: 'Trip', appUrl: 'https://shop.example.com' });
    const error: unknown = await mailer
      .send({ to: 'secret@mail.example', subject: 'x', text: 'x', html: 'x', pictures: [] })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(
      `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack} ${String((error as Error).cause)}`,
    ).not.toContain('secret@');
  });
});
