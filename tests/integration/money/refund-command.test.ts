import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectBooksToBalance } from '../../support/invariants.ts';
import { moneySteps } from '../../support/money.ts';
import { startShop, type ShopUnderTest } from '../../support/shop.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/refund.ts', import.meta.url));
const ADMIN = 77;

let shop: ShopUnderTest;
let steps: ReturnType<typeof moneySteps>;
const takenBack: string[] = [];
beforeAll(async () => {
  shop = await startShop({ ADMIN_TELEGRAM_IDS: String(ADMIN) });
  steps = moneySteps(shop);
});
afterAll(async () => {
  try {
    await expectBooksToBalance(shop, { takenBack });
  } finally {
    await shop?.close();
  }
});

function refund(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', SCRIPT, ...args],
      { env: { PATH, HOME, ...shop.env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('npm run refund', () => {
  it('returns the Stars of a delivered order once, for an admin and a reason', async () => {
    const nextPlan = await steps.plansOf('TH');
    const { buyer, orderId } = await steps.paid(nextPlan());
    await buyer.waitFor(orderId, 'ready');
    const decision = ['--order', orderId, '--reason', 'not_working', '--admin'];
    expect(await refund(...decision, '78')).toMatchObject({ code: 2, stdout: '' });
    expect(await steps.state(orderId)).toBe('paid/assigned');

    expect(await refund(...decision, String(ADMIN))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(orderId),
    });
    expect(await refund(...decision, String(ADMIN))).toMatchObject({ code: 1 });
    await steps.runUntil(orderId, 'refunded/assigned');
    const [charge] = await steps.chargesOf(buyer.id);
    takenBack.push(charge?.charge_id ?? '');
    expect(await steps.refundsOf(buyer.id)).toHaveLength(1);
    expect(await shop.query(`SELECT telegram_user_id, details ->> 'reason' AS reason FROM admin_audit`)).toEqual([
      { telegram_user_id: ADMIN, reason: 'not_working' },
    ]);
  });

  it('needs an order that is delivered, and a reason that is one', async () => {
    const nextPlan = await steps.plansOf('TR');
    const { orderId } = await steps.ordered(nextPlan());
    const unpaid = await refund('--order', orderId, '--reason', 'goodwill', '--admin', String(ADMIN));
    expect(unpaid).toMatchObject({ code: 1, stdout: expect.stringContaining('not delivered') });
    const { code, stderr } = await refund('--order', orderId, '--reason', 'because', '--admin', String(ADMIN));
    expect(code).toBe(2);
    expect(stderr).toContain('bought_by_mistake');
  });
});
