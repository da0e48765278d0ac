import { ACCESS_MUTATIONS, GUARD_MUTATIONS } from './guard-mutations.ts';

export interface Patch {
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}

/** A safeguard taken away, with those that would stand in for it, and the tests that must notice. */
export interface Mutation {
  name: string;
  patches: readonly Patch[];
  /** A test file, and the beginning of the full name (describe and it) of its tests; see `vitest -t`. */
  tests: { file: string; names: string };
}

const MONEY = 'tests/integration/money';
const RESTORED = 'tests/integration/restored-backup.test.ts';
const SCHEMA = 'lib/db/migrations/0001_shop.sql';

/** Each charge pays for one delivered order or goes back. */
export const MONEY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a charge may be booked twice',
    patches: [
      {
        file: SCHEMA,
        find: 'telegram_payment_charge_id text NOT NULL UNIQUE',
        replace: 'telegram_payment_charge_id text NOT NULL',
      },
      {
        file: 'lib/orders/record-payment.ts',
        find: 'ON CONFLICT (telegram_payment_charge_id) DO NOTHING RETURNING id',
        replace: 'ON CONFLICT DO NOTHING RETURNING id',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'a payment counts once' },
  },
  {
    name: 'an update needs no secret',
    patches: [
      {
        file: 'api/telegram/webhook.ts',
        find: `if (!verifySecretToken(`,
        replace: `if (request.method === 'NONE' && !verifySecretToken(`,
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'the pre-checkout query is not heard without the secret' },
  },
  {
    name: 'anybody may pay',
    patches: [
      {
        file: 'lib/orders/answer-pre-checkout.ts',
        find: `if (order.telegram_user_id !== query.userId) return 'wrong_user';`,
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'the pre-checkout query refuses whoever did not order' },
  },
  {
    name: 'an order may be paid twice',
    patches: [
      {
        file: 'lib/orders/answer-pre-checkout.ts',
        find: `if (order.payment_status !== 'unpaid') return 'already_paid';`,
        replace: `if (order.payment_status !== 'unpaid') return null;`,
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'the pre-checkout query refuses an order that is paid already' },
  },
  {
    name: 'any amount pays for an order',
    patches: [
      {
        file: 'lib/orders/record-payment.ts',
        find: `if (charge.currency !== 'XTR' || charge.totalAmount !== order.price_stars) return 'wrong_amount';`,
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'a payment of a wrong amount goes back' },
  },
  {
    name: 'a second charge is kept',
    patches: [
      {
        file: 'lib/orders/record-payment.ts',
        find: `await enqueue(tx, { kind: 'refund', subjectId: paymentId });`,
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'a payment that is the second for an order goes back' },
  },
  {
    name: 'an idempotency key may make two orders',
    patches: [
      { file: SCHEMA, find: '  UNIQUE (telegram_user_id, idempotency_key),\n', replace: '' },
      {
        file: 'lib/orders/create-order.ts',
        find: 'ON CONFLICT (telegram_user_id, idempotency_key) DO NOTHING',
        replace: 'ON CONFLICT DO NOTHING',
      },
    ],
    tests: { file: `${MONEY}/order-creation.test.ts`, names: 'the idempotency key of an order makes one order' },
  },
  {
    name: 'a purchase is sent again when its answer is lost',
    patches: [
      {
        file: 'lib/esim-go/calls/orders.ts',
        find: `repeat: 'never',\n      isOrder: true`,
        replace: `repeat: 'idempotent',\n      isOrder: true`,
      },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'an order whose answer was lost after it was placed' },
  },
  {
    name: 'a lost answer counts as not sent',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: `return error.mayHaveBeenApplied ? 'unknown' : 'not_sent';`,
        replace: `return 'not_sent';`,
      },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'an order whose answer was lost after it was placed' },
  },
  {
    name: 'a purchase is recorded after it was sent',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: `({ order: placed } = await deps.supplier.placeOrder(request, { beforeSend: () => commitSending(deps, attempt) }));`,
        replace: `({ order: placed } = await deps.supplier.placeOrder(request));\n    await commitSending(deps, attempt);`,
      },
    ],
    tests: { file: `${MONEY}/provisioning.test.ts`, names: 'workers on one order buy once' },
  },
  {
    name: 'a purchase goes out however late it comes to the wire',
    patches: [
      {
        file: 'lib/esim-go/transport.ts',
        find: 'return now() - recordedFromMs <= SEND_WITHIN_MS;',
        replace: 'return now() - recordedFromMs <= SEND_WITHIN_MS * 1_000;',
      },
    ],
    tests: { file: 'tests/unit/esim-go', names: '.*sends nothing (if|when)' },
  },
  {
    name: 'a state moves from wherever it is',
    patches: [
      {
        file: 'lib/orders/move-order.ts',
        find: 'AND before.state = ANY($2::text[])',
        replace: 'AND cardinality($2::text[]) > 0',
      },
    ],
    tests: { file: `${MONEY}/order-states.test.ts`, names: 'moveOrder' },
  },
  {
    name: 'an unknown order may be refunded',
    patches: [
      {
        file: 'lib/orders/states.ts',
        find: `'paid/refused', 'paid/absent'] as const;`,
        replace: `'paid/refused', 'paid/absent', 'paid/unknown'] as const;`,
      },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'an order whose answer was lost is not refunded while' },
  },
  {
    name: 'an order that is being sent may be refunded',
    patches: [
      {
        file: 'lib/orders/states.ts',
        find: `'paid/refused', 'paid/absent'] as const;`,
        replace: `'paid/refused', 'paid/absent', 'paid/sending'] as const;`,
      },
    ],
    tests: { file: `${MONEY}/sweeps-and-jobs.test.ts`, names: 'the clock of a delivery never refunds' },
  },
  {
    name: 'a placed order may be refunded by the clock',
    patches: [
      {
        file: 'lib/orders/states.ts',
        find: `'paid/refused', 'paid/absent'] as const;`,
        replace: `'paid/refused', 'paid/absent', 'paid/placed'] as const;`,
      },
    ],
    tests: { file: `${MONEY}/provisioning.test.ts`, names: 'a placed order is never refunded by the clock' },
  },
  {
    name: 'one listing proves absence',
    patches: [
      { file: 'lib/orders/reconcile-orders.ts', find: 'const MIN_LISTINGS = 2;', replace: 'const MIN_LISTINGS = 1;' },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'an order whose answer was lost before it was placed' },
  },
  {
    name: 'absence is proven at once',
    patches: [
      {
        file: 'lib/orders/reconcile-orders.ts',
        find: `AND $3::timestamptz >= cut_at + $5::integer * interval '1 second' AS is_proven`,
        replace: `AND $5::integer > 0 AS is_proven`,
      },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'an order whose answer was lost is not given up before' },
  },
  {
    name: 'an absent order is sent again and again',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: 'const MAX_ATTEMPTS_AFTER_ABSENCE = 2;',
        replace: 'const MAX_ATTEMPTS_AFTER_ABSENCE = 200;',
      },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'an order whose answer was lost is refunded once' },
  },
  {
    name: 'a vendor order is adopted while its own sender is at work',
    patches: [
      {
        file: 'lib/orders/match-vendor-orders.ts',
        find: ' || sending.some((attempt) => couldOwn(attempt, vendorOrder))',
        replace: ' || sending.length < 0',
      },
      {
        file: 'lib/orders/match-vendor-orders.ts',
        find: `return inWindow.some(({ state }) => state === 'sending') && !isLeftOut;`,
        replace: 'return false;',
      },
    ],
    tests: { file: `${MONEY}/lost-answers.test.ts`, names: 'equal orders whose answers were lost wait while' },
  },
  {
    name: 'a sender is given up while its request lives',
    patches: [
      {
        file: 'lib/orders/reconcile-orders.ts',
        find: 'const SENDING_MAX_S = 60 + 30;',
        replace: 'const SENDING_MAX_S = 20;',
      },
    ],
    tests: {
      file: `${MONEY}/lost-answers.test.ts`,
      names: 'a worker that died while it was sending leaves an order that is left alone',
    },
  },
  {
    name: 'orders of another system are adopted',
    patches: [
      {
        file: 'lib/orders/reconcile-orders.ts',
        find: `if (tag !== null && ownerId === undefined) continue;`,
        replace: '',
      },
    ],
    tests: {
      file: `${MONEY}/lost-answers.test.ts`,
      names: 'an order of another system on the same account is never adopted: its eSIM is marked',
    },
  },
  {
    name: 'a late answer takes the place of a newer one',
    patches: [
      {
        file: 'lib/orders/record-placement.ts',
        find: 'return row?.is_latest ?? false;',
        replace: 'return row !== undefined;',
      },
      {
        file: 'lib/orders/states.ts',
        find: `'paid/claimed', 'paid/not_sent'],\n    to: 'paid/placed'`,
        replace: `'paid/claimed', 'paid/not_sent', 'paid/assigned'],\n    to: 'paid/placed'`,
      },
    ],
    tests: {
      file: `${MONEY}/lost-answers.test.ts`,
      names: 'an answer that comes after its absence was proven is stored as an orphan',
    },
  },
  {
    name: 'late news of an old attempt moves the order',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: `WHERE order_id = $1 AND number = $2 AND state = 'sending' RETURNING number\`,\n    [attempt.orderId, attempt.number, state, reason]`,
        replace: `WHERE order_id = $1 AND number = $2 RETURNING number\`,\n    [attempt.orderId, attempt.number, state, reason]`,
      },
    ],
    tests: { file: `${MONEY}/provisioning.test.ts`, names: 'workers on one order change nothing with late news' },
  },
  {
    name: 'two orders may hold one vendor order',
    patches: [{ file: SCHEMA, find: 'esimgo_order_id text UNIQUE CHECK', replace: 'esimgo_order_id text CHECK' }],
    tests: { file: `${MONEY}/order-states.test.ts`, names: 'a row of orders never shares' },
  },
  {
    name: 'a job has no lease',
    patches: [
      {
        file: 'lib/orders/outbox.ts',
        find: `UPDATE outbox SET run_at = now() + $2::integer * interval '1 millisecond', attempts = attempts + 1,`,
        replace: `UPDATE outbox SET run_at = now() - $2::integer * interval '1 millisecond', attempts = attempts + 1,`,
      },
    ],
    tests: { file: `${MONEY}/sweeps-and-jobs.test.ts`, names: 'a job is held by one worker at a time' },
  },
  {
    name: 'a worker that was overtaken ends the job',
    patches: [
      {
        file: 'lib/orders/outbox.ts',
        find: 'SET done_at = now(), last_error = NULL WHERE id = $1 AND lease = $2',
        replace: 'SET done_at = now(), last_error = NULL WHERE id = $1 AND lease >= $2',
      },
    ],
    tests: { file: `${MONEY}/sweeps-and-jobs.test.ts`, names: 'a job is not changed by a worker that was overtaken' },
  },
  {
    name: 'a refund that failed counts as done',
    patches: [
      {
        file: 'lib/orders/refund-payment.ts',
        find: 'await telegram.refundStarPayment(payment.telegram_user_id, payment.telegram_payment_charge_id);',
        replace: `await telegram\n    .refundStarPayment(payment.telegram_user_id, payment.telegram_payment_charge_id)\n    .catch(() => 'refunded');`,
      },
    ],
    tests: { file: `${MONEY}/refunds.test.ts`, names: 'a refund whose call was not heard' },
  },
  {
    name: 'a refund that happened counts as failed',
    patches: [
      {
        file: 'lib/telegram/bot-api.ts',
        find: `error.description.includes('CHARGE_ALREADY_REFUNDED')`,
        replace: `error.description === 'never'`,
      },
    ],
    tests: { file: `${MONEY}/refunds.test.ts`, names: 'a refund that Telegram had done already counts as done' },
  },
  {
    name: 'an answer in hand is given up when the database is away',
    patches: [{ file: 'lib/orders/keep-trying.ts', find: 'const TRIES = 6;', replace: 'const TRIES = 1;' }],
    tests: {
      file: 'tests/integration/chaos/lost-moments.test.ts',
      names: 'the supplier’s answer to an order is stored when the database is back, not left',
    },
  },
  {
    name: 'a query that Telegram gave up holds up the next',
    patches: [
      {
        file: 'lib/chat/take-update.ts',
        find: 'if (!(error instanceof TelegramRefusedError) || error.status !== 400) throw error;',
        replace: 'if (error instanceof TelegramRefusedError || error instanceof Error) throw error;',
      },
    ],
    tests: {
      file: 'tests/integration/chaos/lost-moments.test.ts',
      names: 'a pre-checkout query that Telegram has given up is taken as over',
    },
  },
  {
    name: 'a connection that is cut while it changes hands ends the process',
    patches: [{ file: 'lib/db/pg.ts', find: `  pool.on('connect', outliveBreaks);\n`, replace: '' }],
    tests: { file: 'tests/unit/db/cut-connection.test.ts', names: 'connectPg survives' },
  },
  {
    name: 'the ledger is not swept',
    patches: [
      {
        file: 'lib/orders/sweep-stars.ts',
        find: 'for (const { chargeId, userId, stars, payload, at } of lost) {',
        replace: 'for (const { chargeId, userId, stars, payload, at } of lost.slice(lost.length)) {',
      },
    ],
    tests: { file: `${MONEY}/sweeps-and-jobs.test.ts`, names: 'the sweep of Telegram’s ledger finds a payment' },
  },
  {
    name: 'foreign charges do not stop the sweep',
    patches: [
      { file: 'lib/orders/sweep-stars.ts', find: 'const MAX_FOREIGN = 3;', replace: 'const MAX_FOREIGN = 3_000;' },
    ],
    tests: {
      file: `${MONEY}/sweeps-and-jobs.test.ts`,
      names: 'the sweep of Telegram’s ledger leaves a foreign charge',
    },
  },
  {
    name: 'what was left lying is sent at once',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: 'if (lateMs >= LEFT_LYING_S * 1_000) {',
        replace: 'if (lateMs < 0) {',
      },
    ],
    tests: { file: RESTORED, names: 'a database restored from a backup sends nothing for Stars' },
  },
  {
    name: 'what was left lying is refunded at once',
    patches: [
      {
        file: 'lib/orders/fail-late-orders.ts',
        find: 'if (isLeftLying && ',
        replace: "if (id === '' && isLeftLying && ",
      },
    ],
    tests: { file: RESTORED, names: 'a database restored from a backup refunds nothing' },
  },
  {
    name: 'an old charge of the ledger buys at once',
    patches: [
      {
        file: 'lib/orders/record-payment.ts',
        find: 'if (!order.charge_is_old || ',
        replace: 'if (order.id !== "" || ',
      },
    ],
    tests: { file: RESTORED, names: 'a database restored from a backup refunds nothing' },
  },
  {
    name: 'the shop does not know its own tag',
    patches: [
      {
        file: 'lib/orders/reconcile-orders.ts',
        find: 'tag === null ? undefined : owners.get(tag)',
        replace: `tag === null ? undefined : owners.get('')`,
      },
    ],
    tests: { file: RESTORED, names: 'a database restored from a backup refunds nothing' },
  },
  {
    name: 'a refunded plan runs on',
    patches: [
      {
        file: 'lib/orders/refund-payment.ts',
        find: `await enqueue(tx, { kind: 'withdraw_esim', subjectId: orderId });`,
        replace: '',
      },
    ],
    tests: {
      file: `${MONEY}/refunds-after-delivery.test.ts`,
      names: 'Stars that Telegram takes back after the delivery',
    },
  },
  {
    name: 'a dead worker holds its job for an hour',
    patches: [
      { file: 'lib/jobs/drain-outbox.ts', find: 'const LEASE_MS = 20_000;', replace: 'const LEASE_MS = 3_600_000;' },
    ],
    tests: {
      file: `${MONEY}/sweeps-and-jobs.test.ts`,
      names: 'a job whose worker died is done by another within a minute',
    },
  },
  {
    name: 'a job that never comes to its end is never given up',
    patches: [
      {
        file: 'lib/jobs/drain-outbox.ts',
        find: 'if (job.attempts < limitOf(job)) {',
        replace: 'if (job.attempts < Infinity) {',
      },
    ],
    tests: {
      file: `${MONEY}/refunds-after-delivery.test.ts`,
      names: 'the withdrawal of a bundle that the supplier never lists ends',
    },
  },
  {
    name: 'a charge that was refunded counts as lost',
    patches: [
      {
        file: 'lib/orders/sweep-stars.ts',
        find: 'charges.filter(({ chargeId }) => !refunded.has(chargeId));',
        replace: '[...charges];',
      },
    ],
    tests: {
      file: `${MONEY}/sweeps-and-jobs.test.ts`,
      names: 'the sweep of Telegram’s ledger delivers nothing for a charge that came and went',
    },
  },
  {
    name: 'a charge pays for an order of somebody else',
    patches: [
      {
        file: 'lib/orders/record-payment.ts',
        find: `if (charge.userId !== order.telegram_user_id) return 'wrong_user';`,
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'a payment by another person goes back' },
  },
  {
    name: 'no clock ends what is not delivered',
    patches: [
      {
        file: 'lib/orders/fail-late-orders.ts',
        find: `AND provisioning <> 'assigned' AND deliver_by < now()`,
        replace: `AND provisioning <> 'assigned' AND deliver_by < now() - interval '1 year'`,
      },
    ],
    tests: { file: `${MONEY}/sweeps-and-jobs.test.ts`, names: 'the clock of a delivery refunds what is not in hand' },
  },
  {
    name: 'an order whose Stars went back is sent',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: 'if (target.is_charged_back) {',
        replace: `if (target.id === '') {`,
      },
    ],
    tests: {
      file: `${MONEY}/refunds.test.ts`,
      names: 'Stars that Telegram takes back while the order is with the supplier end it',
    },
  },
  {
    name: 'an order is sent again without asking for its Stars',
    patches: [
      {
        file: 'lib/orders/provision-order.ts',
        find: `if (target.provisioning === 'absent' && !(await isStillPaid(deps, orderId)))`,
        replace: `if (target.id === '' && !(await isStillPaid(deps, orderId)))`,
      },
    ],
    tests: { file: RESTORED, names: 'a database restored from a backup sends nothing for Stars that went back, also' },
  },
  {
    name: 'an eSIM for which another order paid is suspended',
    patches: [
      {
        file: 'lib/orders/withdraw-esim.ts',
        find: 'if (await isPaidForByAnother(',
        replace: `if (target.iccid === '' && await isPaidForByAnother(`,
      },
    ],
    tests: {
      file: `${MONEY}/refunds-after-delivery.test.ts`,
      names: 'Stars that Telegram takes back after the delivery suspend nothing that another',
    },
  },
  {
    name: 'a bundle is revoked without asking whether it may be',
    patches: [
      {
        file: 'lib/orders/withdraw-esim.ts',
        find: `    await supplier.revokeAssignment({ ...request, type: 'validate' });
`,
        replace: '',
      },
    ],
    tests: {
      file: `${MONEY}/refunds-after-delivery.test.ts`,
      names: 'the withdrawal asks the supplier whether it may revoke',
    },
  },
  {
    name: 'an eSIM in our hands is adopted once more',
    patches: [
      {
        file: 'lib/orders/reconcile-orders.ts',
        find: 'if (!isTopUp && iccids.some((iccid) => taken.iccids.has(iccid))) continue;',
        replace: '',
      },
      {
        file: 'lib/orders/reconcile-orders.ts',
        find: 'if (tag !== null && ownerId === undefined) continue;',
        replace: '',
      },
    ],
    tests: {
      file: `${MONEY}/lost-answers.test.ts`,
      names: 'an order of another system on the same account is never adopted: its eSIM is in our hands',
    },
  },
  {
    name: 'visitors end no expired order',
    patches: [{ file: 'lib/jobs/kick.ts', find: `await part('expired', () => expireOrders(deps));`, replace: '' }],
    tests: {
      file: 'tests/integration/opportunistic-sweeps.test.ts',
      names: 'a shop whose cron never runs closes orders whose time is over',
    },
  },
  {
    name: 'visitors end nothing that is late',
    patches: [{ file: 'lib/jobs/kick.ts', find: `await part('late', () => failLateOrders(deps));`, replace: '' }],
    tests: {
      file: 'tests/integration/opportunistic-sweeps.test.ts',
      names: 'a shop whose cron never runs returns the Stars',
    },
  },
  {
    name: 'visitors look up nothing at the supplier',
    patches: [{ file: 'lib/jobs/kick.ts', find: `await part('reconcile', () => reconcileOrders(deps));`, replace: '' }],
    tests: {
      file: 'tests/integration/opportunistic-sweeps.test.ts',
      names: 'a shop whose cron never runs looks up at the supplier',
    },
  },
];

export const MUTATIONS: readonly Mutation[] = [...MONEY_MUTATIONS, ...GUARD_MUTATIONS, ...ACCESS_MUTATIONS];

/** The text with the patches of one file in it. Throws when a safeguard is not where the list says. */
export function applyPatches(text: string, patches: readonly Patch[]): string {
  return patches.reduce((patched, { file, find, replace }) => {
    const places = patched.split(find).length - 1;
    if (places !== 1) throw new Error(`${file} holds ${places} times: ${find}`);
    return patched.replace(find, () => replace);
  }, text);
}
