import { randomBytes } from 'node:crypto';
import {
  deliverPosted,
  draftUpdate,
  draftUserMessage,
  sendUpdate,
  storeUpdateSql,
  storeUpdateValues,
} from './service-updates.ts';
import type { PostedRow, PreCheckoutAnswer, TelegramWorld } from './service-updates.ts';
import { providerChargeId, randomToken } from './stars.ts';
import { findUser, meetUser, toBotUser } from './users.ts';
import type { TelegramUser } from './users.ts';

export interface PaymentResult {
  status: 'paid' | 'failed' | 'cancelled';
  error?: string;
}

interface Invoice {
  title: string;
  description: string;
  payload: string;
  amount: number;
}

/** The bot has this long to answer; then Telegram gives the payment up. */
const PRE_CHECKOUT_MS = 10_000;

export async function payInvoice(
  world: TelegramWorld,
  input: { invoiceUrl: string; userId: number; isCancelled: boolean },
): Promise<PaymentResult> {
  const [known, invoice] = await Promise.all([
    findUser(world.context.sql, input.userId),
    findInvoice(world, input.invoiceUrl),
  ]);
  const user = known ?? (await meetUser(world.context.sql, input.userId));
  if (invoice === null) return failed('SLUG_INVALID');
  if (input.isCancelled) return { status: 'cancelled' };
  if (user.stars < invoice.amount) return failed('not enough Stars');

  const answer = await askBot(world, user, invoice);
  if (answer === null) return failed('BOT_PRECHECKOUT_TIMEOUT');
  if (!answer.ok) return failed(answer.errorMessage);
  return (await charge(world, user, invoice)) ? { status: 'paid' } : failed('not enough Stars');
}

/** What the sheet shows before paying. */
export async function previewInvoice(
  world: TelegramWorld,
  input: { invoiceUrl: string; userId: number },
): Promise<{ invoice: Omit<Invoice, 'payload'> | null; stars: number }> {
  const user = await meetUser(world.context.sql, input.userId);
  const invoice = await findInvoice(world, input.invoiceUrl);
  if (invoice === null) return { invoice, stars: user.stars };
  const { title, description, amount } = invoice;
  return { invoice: { title, description, amount }, stars: user.stars };
}

async function findInvoice(world: TelegramWorld, invoiceUrl: string): Promise<Invoice | null> {
  const slug = /^(?:https?:\/\/(?:t\.me|telegram\.me)\/)?(?:invoice\/|\$)?([\w-]+)$/.exec(invoiceUrl)?.[1];
  if (slug === undefined) return null;
  const [row] = await world.context.sql.query<Omit<Invoice, 'amount'> & { amount: string }>(
    'select title, description, payload, amount from sandbox.tg_invoices where slug = $1',
    [slug],
  );
  return row === undefined ? null : { ...row, amount: Number(row.amount) };
}

function failed(error: string): PaymentResult {
  return { status: 'failed', error };
}

/** `null` if the bot did not answer in time. */
async function askBot(world: TelegramWorld, user: TelegramUser, invoice: Invoice): Promise<PreCheckoutAnswer | null> {
  const id = String(randomBytes(8).readBigUInt64BE() >> 1n);
  const answered = new AbortController();
  let answer: PreCheckoutAnswer | null = null;
  world.preCheckouts.set(id, (given) => {
    answer = given;
    answered.abort('answered');
  });
  try {
    const query = {
      id,
      from: toBotUser(user),
      currency: 'XTR',
      total_amount: invoice.amount,
      invoice_payload: invoice.payload,
    };
    // The ten seconds start with the query, whatever else the machine is busy with.
    const patience = world.context.clock.sleep(PRE_CHECKOUT_MS, answered.signal);
    await sendUpdate(world, draftUpdate(world, 'pre_checkout_query', user.id, query));
    await patience;
    return answer;
  } finally {
    world.preCheckouts.delete(id);
    answered.abort('over');
  }
}

/** Takes the Stars, notes the charge and stores the news for the bot: all of it or nothing. */
async function charge(world: TelegramWorld, user: TelegramUser, invoice: Invoice): Promise<boolean> {
  const { context } = world;
  const now = context.clock.now();
  const chargeId = `stx${randomToken(40)}`;
  const message = draftUserMessage(user, now, {
    successful_payment: {
      currency: 'XTR',
      total_amount: invoice.amount,
      invoice_payload: invoice.payload,
      telegram_payment_charge_id: chargeId,
      provider_payment_charge_id: providerChargeId(chargeId),
    },
  });
  const draft = draftUpdate(world, 'message', user.id, message);
  const [row] = await context.sql.query<PostedRow>(
    `with payer as (
      update sandbox.tg_users set stars = stars - $2 where id = $1 and stars >= $2 returning id
    ), charge as (
      insert into sandbox.tg_transactions (kind, charge_id, user_id, amount, payload, at)
      select 'charge', $3, id, $2, $4, $5 from payer
      returning user_id
    ), posted as (
      insert into sandbox.tg_messages (chat_id, sender, kind, text, at)
      select user_id, 'service', 'text', $6, $5 from charge
      returning message_id
    ), ${storeUpdateSql(7)}`,
    [
      user.id,
      invoice.amount,
      chargeId,
      invoice.payload,
      now,
      `✓ ${invoice.amount} ⭐ · ${invoice.title}`,
      ...storeUpdateValues(draft),
    ],
  );
  if (row === undefined) return false;
  deliverPosted(world, row);
  return true;
}
