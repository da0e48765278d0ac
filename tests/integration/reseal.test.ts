import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyring } from '../../lib/db/sealed-text.ts';
import { reseal, SEALED_COLUMNS } from '../../lib/jobs/reseal.ts';
import { runCron } from '../../lib/jobs/run-cron.ts';
import { readOwnOrder } from '../../lib/orders/read-orders.ts';
import { moneySteps } from '../support/money.ts';
import { startShop, type ShopUnderTest } from '../support/shop.ts';

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
let oldKey: string;
let newKey: string;
let orders: { orderId: string; code: string | null; buyer: Awaited<ReturnType<typeof steps.newUser>> }[];
beforeAll(async () => {
  shop = await startShop();
  steps = moneySteps(shop);
  oldKey = shop.env['DATA_KEY'] ?? '';
  const nextPlan = await steps.plansOf('TH', 'US');
  orders = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const { buyer, orderId } = await steps.paid(nextPlan());
      return { buyer, orderId, code: (await buyer.waitFor(orderId, 'ready')).activation_code };
    }),
  );
});
beforeEach(() => {
  newKey = randomBytes(32).toString('hex');
});
afterAll(() => shop?.close());

/** The shop after its key was changed: the new one and, unless it is gone, the one before. */
function rotated(...keys: string[]) {
  return { ...shop.app.deps, keyring: createKeyring(keys) };
}

interface Sealed {
  id: string;
  sealed: string;
}

const codes = () => shop.query<Sealed>(`SELECT id, matching_id_sealed AS sealed FROM esims ORDER BY id`);
const purpose = ({ id }: Sealed) => `matching-id:${id}`;

async function opened(...keys: string[]): Promise<string[]> {
  const keyring = createKeyring(keys);
  return (await codes()).map((row) => keyring.open(row.sealed, purpose(row)));
}

describe('the resealing of stored values', () => {
  it('knows every column that holds some', async () => {
    const columns = await shop.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name LIKE '%sealed%' ORDER BY 1`,
    );
    expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`)).toEqual(columns.map(({ name }) => name));
  });

  it('does nothing while there is one key', async () => {
    const before = await codes();
    expect(await reseal(shop.app.deps)).toEqual({ resealed: 0, unreadable: 0 });
    expect(await codes()).toEqual(before);
  });

  it('ends with every value under the new key, so that the old one can be given up', async () => {
    const before = await opened(oldKey);
    const { orderId } = orders[0] ?? { orderId: '' };
    const email = shop.app.deps.keyring.seal('anna@example.org', `order-email:${orderId}`);
    await shop.query(`UPDATE orders SET email_sealed = $2 WHERE id = $1`, [orderId, email]);
    expect(await reseal(rotated(newKey, oldKey))).toEqual({ resealed: 6, unreadable: 0 });
    expect(await opened(newKey)).toEqual(before);
    await expect(opened(oldKey)).rejects.toThrow(/no key opens/);
    const [row] = await shop.query<{ sealed: string }>(`SELECT email_sealed AS sealed FROM orders WHERE id = $1`, [
      orderId,
    ]);
    expect(createKeyring([newKey]).open(row?.sealed ?? '', `order-email:${orderId}`)).toBe('anna@example.org');
    // Found done, it rests.
    expect(await reseal(rotated(newKey, oldKey))).toEqual({ resealed: 0, unreadable: 0 });
    oldKey = newKey;
  });

  it('may run ten times at once, and loses nothing', async () => {
    const before = await opened(oldKey);
    const reports = await Promise.all(Array.from({ length: 10 }, () => reseal(rotated(newKey, oldKey))));
    expect(reports.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(6);
    expect(await opened(newKey)).toEqual(before);
    oldKey = newKey;
  });

  it('goes on with more than one page', async () => {
    const keyring = createKeyring([oldKey]);
    const [{ telegram_user_id: userId } = { telegram_user_id: 0 }] = await shop.query<{ telegram_user_id: number }>(
      `SELECT telegram_user_id FROM users LIMIT 1`,
    );
    const ids = Array.from({ length: 450 }, (_, index) => `esim_${String(index).padStart(20, 'x')}`);
    for (const [index, id] of ids.entries()) {
      await shop.query(
        `INSERT INTO esims (id, telegram_user_id, iccid, smdp_address, matching_id_sealed, destination_code, destination_name)
         VALUES ($1, $2, $3, 'rsp.example', $4, 'TH', 'Thailand')`,
        [
          id,
          userId,
          String(890_000_000_000_000_000n + BigInt(index)),
          keyring.seal(`CODE-${index}`, `matching-id:${id}`),
        ],
      );
    }
    expect(await reseal(rotated(newKey, oldKey))).toEqual({ resealed: 456, unreadable: 0 });
    expect(await opened(newKey)).toContain('CODE-449');
    await shop.query(`DELETE FROM esims WHERE id = ANY($1::text[])`, [ids]);
    oldKey = newKey;
  });

  it('leaves what it cannot open as it is, and says so', async () => {
    const [lost, ...others] = await codes();
    if (lost === undefined) throw new Error('nothing is stored');
    const foreign = createKeyring([randomBytes(32).toString('hex')]).seal('CODE', purpose(lost));
    await shop.query(`UPDATE esims SET matching_id_sealed = $2 WHERE id = $1`, [lost.id, foreign]);
    expect(await reseal(rotated(newKey, oldKey))).toEqual({ resealed: others.length + 1, unreadable: 1 });
    const [after] = await shop.query<Sealed>(`SELECT id, matching_id_sealed AS sealed FROM esims WHERE id = $1`, [
      lost.id,
    ]);
    expect(after?.sealed).toBe(foreign);
    expect(await steps.alertsOf('shop')).toEqual(['sealed_values_unreadable']);
    await shop.query(`UPDATE esims SET matching_id_sealed = $2 WHERE id = $1`, [
      lost.id,
      createKeyring([newKey]).seal(createKeyring([oldKey]).open(lost.sealed, purpose(lost)), purpose(lost)),
    ]);
    oldKey = newKey;
  });

  it('is part of the tick, and buyers see the same codes', async () => {
    const deps = rotated(newKey, oldKey);
    expect(await runCron({ ...shop.app, deps }, 'tick')).toMatchObject({ resealed: { resealed: 6, unreadable: 0 } });
    for (const { buyer, orderId, code } of orders) {
      const { order } = await readOwnOrder({ ...deps, keyring: createKeyring([newKey]) }, buyer.id, orderId);
      expect(order.activation_code).toBe(code);
    }
  });
});
