import { BadInput } from '../context.ts';
import { badRequest } from './bot-api-error.ts';
import type { CallParams } from './call-params.ts';
import {
  deliverPosted,
  draftUpdate,
  draftUserMessage,
  storeUpdateSql,
  storeUpdateValues,
  unixSeconds,
} from './service-updates.ts';
import type { PostedRow, TelegramWorld } from './service-updates.ts';
import { meetUser, toBotUser } from './users.ts';
import type { UserProfile } from './users.ts';

interface TransactionRow {
  kind: 'charge' | 'refund';
  charge_id: string;
  user_id: string;
  amount: string;
  payload: string;
  at: Date;
}

export async function createInvoiceLink(world: TelegramWorld, params: CallParams): Promise<string> {
  const title = params.requiredText('title');
  const description = params.requiredText('description');
  const payload = params.requiredText('payload');
  const currency = params.requiredText('currency');
  const amount = readAmount(params);
  if (currency !== 'XTR')
    throw badRequest(params.has('provider_token') ? 'PAYMENT_PROVIDER_INVALID' : 'CURRENCY_INVALID');
  if (params.has('provider_token')) throw badRequest('STARS_INVOICE_INVALID');
  const forStarsMeaningless = [
    'max_tip_amount',
    'suggested_tip_amounts',
    'need_name',
    'need_phone_number',
    'need_email',
  ];
  forStarsMeaningless.push(
    'need_shipping_address',
    'send_phone_number_to_provider',
    'send_email_to_provider',
    'is_flexible',
  );
  if (forStarsMeaningless.some((name) => isSet(params, name))) throw badRequest('STARS_INVOICE_INVALID');
  if ([...title].length > 32 || [...description].length > 255) throw badRequest('STARS_INVOICE_INVALID');
  if (Buffer.byteLength(payload) > 128) throw badRequest('INVOICE_PAYLOAD_INVALID');

  const slug = randomToken(22);
  await world.context.sql.query(
    'insert into sandbox.tg_invoices (slug, title, description, payload, amount) values ($1, $2, $3, $4, $5)',
    [slug, title, description, payload, amount],
  );
  return `https://t.me/$${slug}`;
}

function isSet(params: CallParams, name: string): boolean {
  return params.has(name) && !['false', '0', '[]'].includes(params.text(name));
}

function readAmount(params: CallParams): number {
  params.requiredText('prices');
  const prices = params.json('prices', 'prices');
  if (!Array.isArray(prices)) throw badRequest('expected an Array of labeled prices');
  if (prices.length === 0) throw badRequest('there must be at least one price');
  if (prices.length > 1) throw badRequest('STARS_INVOICE_INVALID');
  const price: unknown = prices[0];
  if (typeof price !== 'object' || price === null) {
    throw badRequest("can't parse labeled price: LabeledPrice must be an Object");
  }
  const label = 'label' in price ? price.label : undefined;
  const amount = 'amount' in price ? Number(price.amount) : Number.NaN;
  if (typeof label !== 'string' || label === '') {
    throw badRequest("can't parse labeled price: LabeledPrice label must be non-empty");
  }
  if (!Number.isSafeInteger(amount)) {
    throw badRequest('can\'t parse labeled price: Field "amount" must be of type Number');
  }
  if (amount < 1) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID');
  return amount;
}

/** Charge ids and slugs must stay unique across resets, so they are never drawn from the seed. */
export function randomToken(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Buffer.from(bytes).toString('base64url').slice(0, length);
}

export async function refundStarPayment(world: TelegramWorld, params: CallParams): Promise<true> {
  const userId = params.integer('user_id');
  if (userId === null) throw badRequest('invalid user_id specified');
  const chargeId = params.text('telegram_payment_charge_id');
  if (chargeId === '') throw badRequest('CHARGE_ID_EMPTY');
  const charge = await findCharge(world, chargeId);
  if (charge === null || Number(charge.user_id) !== userId) throw badRequest('CHARGE_NOT_FOUND');
  if (!(await refundCharge(world, charge))) throw badRequest('CHARGE_ALREADY_REFUNDED');
  return true;
}

/** Telegram or a card issuer takes the money back without asking the bot. */
export async function takeChargeBack(world: TelegramWorld, chargeId: string): Promise<void> {
  const charge = await findCharge(world, chargeId);
  if (charge === null) throw new BadInput(`There is no charge ${chargeId}.`);
  if (!(await refundCharge(world, charge))) throw new BadInput(`The charge ${chargeId} is refunded already.`);
}

async function findCharge(world: TelegramWorld, chargeId: string): Promise<TransactionRow | null> {
  const [row] = await world.context.sql.query<TransactionRow>(
    `select * from sandbox.tg_transactions where charge_id = $1 and kind = 'charge'`,
    [chargeId],
  );
  return row ?? null;
}

/** False if the charge was refunded before. */
async function refundCharge(world: TelegramWorld, charge: TransactionRow): Promise<boolean> {
  const { context } = world;
  const now = context.clock.now();
  const user = await meetUser(context.sql, Number(charge.user_id));
  const message = draftUserMessage(user, now, {
    refunded_payment: {
      currency: 'XTR',
      total_amount: Number(charge.amount),
      invoice_payload: charge.payload,
      telegram_payment_charge_id: charge.charge_id,
      provider_payment_charge_id: providerChargeId(charge.charge_id),
    },
  });
  const draft = draftUpdate(world, 'message', user.id, message);
  const [row] = await context.sql.query<PostedRow>(
    `with refund as (
      insert into sandbox.tg_transactions (kind, charge_id, user_id, amount, payload, at)
      values ('refund', $1, $2, $3, $4, $5)
      on conflict (charge_id, kind) do nothing
      returning user_id, amount
    ), credit as (
      update sandbox.tg_users set stars = stars + refund.amount from refund where id = refund.user_id
    ), posted as (
      insert into sandbox.tg_messages (chat_id, sender, kind, text, at)
      select user_id, 'service', 'text', $6, $5 from refund
      returning message_id
    ), ${storeUpdateSql(7)}`,
    [
      charge.charge_id,
      charge.user_id,
      charge.amount,
      charge.payload,
      now,
      `↩ ${charge.amount} ⭐`,
      ...storeUpdateValues(draft),
    ],
  );
  if (row === undefined) return false;
  deliverPosted(world, row);
  return true;
}

/** Telegram itself provides Stars payments; its second id only repeats who paid for what. */
export function providerChargeId(chargeId: string): string {
  return `stars_${chargeId.slice(-16)}`;
}

export async function getStarTransactions(world: TelegramWorld, params: CallParams): Promise<unknown> {
  const offset = Math.max(params.integer('offset') ?? 0, 0);
  const limit = Math.min(Math.max(params.integer('limit') ?? 100, 1), 100);
  const rows = await world.context.sql.transaction(async (tx) => {
    // Waits for entries being written: one that appeared later with an earlier place would be skipped by paging.
    await tx.query('lock table sandbox.tg_transactions in share mode');
    return tx.query<TransactionRow & { profile: UserProfile | null }>(
      `select t.*, u.profile from sandbox.tg_transactions t left join sandbox.tg_users u on u.id = t.user_id
       order by t.seq offset $1 limit $2`,
      [offset, limit],
    );
  });
  return { transactions: rows.map(toStarTransaction) };
}

function toStarTransaction(row: TransactionRow & { profile: UserProfile | null }): Record<string, unknown> {
  const profile = row.profile ?? { first_name: '', language_code: '' };
  const partner = {
    type: 'user',
    transaction_type: 'invoice_payment',
    user: toBotUser({ id: Number(row.user_id), profile, stars: 0, blocked: false, canWrite: false }),
    invoice_payload: row.payload,
  };
  const entry = { id: row.charge_id, amount: Number(row.amount), date: unixSeconds(row.at) };
  return row.kind === 'charge' ? { ...entry, source: partner } : { ...entry, receiver: partner };
}

export async function getMyStarBalance(world: TelegramWorld): Promise<{ amount: number }> {
  const [row] = await world.context.sql.query<{ amount: string }>(
    `select coalesce(sum(case kind when 'charge' then amount else -amount end), 0)::bigint as amount
     from sandbox.tg_transactions`,
  );
  return { amount: Number(row?.amount ?? 0) };
}

export async function readLedger(world: TelegramWorld): Promise<TransactionRow[]> {
  return world.context.sql.query<TransactionRow>('select * from sandbox.tg_transactions order by seq');
}
