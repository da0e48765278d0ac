import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createApp } from '../lib/app.ts';
import { loadProcessConfig } from '../lib/config/config.ts';
import { createLog } from '../lib/log/log.ts';
import { TAKE_BACK_REASONS, takeBackOrder } from '../lib/orders/take-back-order.ts';

const USAGE = `npm run refund -- --order ID --reason REASON --admin ID

Returns the Stars of a delivered order, by the decision of an admin. The shop sends the refund within a minute; once
Telegram has returned the Stars, a plan that was not begun is revoked at eSIM Go, and an eSIM in use is suspended. The
decision is written down with who made it and why. An order that is not delivered needs none: its Stars go back by
themselves.

  --order    as the buyer sees it: ord_…
  --reason   ${TAKE_BACK_REASONS.join(', ')}
  --admin    your Telegram id, one of ADMIN_TELEGRAM_IDS

Settings come from the environment or from .env.

Exit code: 0 decided, 1 the order is not delivered or its Stars went back before, 2 wrong use.`;

class UsageError extends Error {}

async function main(): Promise<number> {
  const { help, ...given } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      order: { type: 'string' },
      reason: { type: 'string' },
      admin: { type: 'string' },
    },
  }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const reason = TAKE_BACK_REASONS.find((known) => known === given.reason);
  if (given.order === undefined || reason === undefined || given.admin === undefined) {
    throw new UsageError('Say which order, one of the reasons, and who decides.');
  }
  if (existsSync('.env')) process.loadEnvFile('.env');
  const loaded = loadProcessConfig();
  const adminId = loaded.config.admin.telegramIds.find((id) => String(id) === given.admin);
  if (adminId === undefined) throw new UsageError(`${given.admin} is not one of ADMIN_TELEGRAM_IDS.`);

  const app = await createApp(
    loaded,
    createLog((line) => console.error(line)),
  );
  try {
    const { outcome } = await takeBackOrder(app.deps, { orderId: given.order, adminId, reason });
    console.log(
      outcome === 'refund_due'
        ? `The Stars of ${given.order} go back within a minute, then its plan is withdrawn.`
        : `${given.order} is not delivered, or its Stars went back before.`,
    );
    return outcome === 'refund_due' ? 0 : 1;
  } finally {
    await app.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = 2;
}
