import type { Mutation } from './mutations.ts';

const MONEY = 'tests/integration/money';
const SECURITY = 'tests/security';

/** What is looked at before Stars move. */
export const GUARD_MUTATIONS: readonly Mutation[] = [
  {
    name: 'the browser says the price',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: 'if (plan.priceStars !== body.expected_stars) throw priceChanged(plan);',
        replace: 'plan = { ...plan, priceStars: body.expected_stars };',
      },
    ],
    tests: { file: `${MONEY}/order-creation.test.ts`, names: 'the price of an order is refused with the new one' },
  },
  {
    name: 'an old price is good for ever',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: 'plan.product.pricedAt.getTime() > PRICE_FRESH_MS',
        replace: 'plan.product.pricedAt.getTime() > Infinity',
      },
    ],
    tests: { file: `${MONEY}/order-creation.test.ts`, names: 'the price of an order is the supplier’s new one' },
  },
  {
    name: 'the confirmed price of another bundle counts',
    patches: [
      {
        file: 'lib/esim-go/wire/order.ts',
        find: '!valid || (isOne(first, bundleName) && others.length === 0)',
        replace: '!valid || isOne(first, bundleName) || others.length >= 0',
      },
    ],
    tests: { file: 'tests/unit/esim-go/decode.test.ts', names: 'decodeValidatedOrder refuses the price of' },
  },
  {
    name: 'a price that the supplier does not confirm is kept',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: `if (!answer.valid) throw new AppError('unknown_bundle');`,
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/order-creation.test.ts`, names: 'the confirmation of an old price is a no' },
  },
  {
    name: 'a confirmed price counts in any currency',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: 'costCurrency: answer.currency,',
        replace: 'costCurrency: answer.valid ? "USD" : answer.currency,',
      },
    ],
    tests: {
      file: `${MONEY}/order-creation.test.ts`,
      names: 'the confirmation of an old price is a price in a currency',
    },
  },
  {
    name: 'what is no longer sold is sold',
    patches: [
      {
        file: 'lib/catalogue/find-sellable-plan.ts',
        find: 'return { outcome: product.state, product };',
        replace: 'break;',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'the pre-checkout query refuses a bundle that is' },
  },
  {
    name: 'a price below the floor is kept',
    patches: [
      {
        file: 'lib/orders/answer-pre-checkout.ts',
        find: '!coversFloor(order.price_stars, found.product, found.rules)',
        replace: 'order.price_stars < 1',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'the pre-checkout query refuses a price that no longer' },
  },
  {
    name: 'an expired order may be paid',
    patches: [
      {
        file: 'lib/orders/answer-pre-checkout.ts',
        find: ` || order.is_expired) return 'expired';`,
        replace: `) return 'expired';`,
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'the pre-checkout query refuses an expired order' },
  },
  {
    name: 'the shop sells while the supplier is down',
    patches: [
      {
        file: 'lib/orders/supplier-capacity.ts',
        find: `if (state?.state !== 'up') return { ok: false, reason: 'supplier_down' };`,
        replace: `if (state?.state !== 'up') return { ok: true };`,
      },
    ],
    tests: { file: `${MONEY}/supplier-circuit.test.ts`, names: 'an open circuit takes no order' },
  },
  {
    name: 'what was known an hour ago is believed',
    patches: [
      {
        file: 'lib/orders/supplier-state.ts',
        find: 'const MAX_AGE_MS = 60_000;',
        replace: 'const MAX_AGE_MS = 3_600_000;',
      },
    ],
    tests: {
      file: `${MONEY}/supplier-circuit.test.ts`,
      names: 'what is known of the supplier is not believed when it is older',
    },
  },
  {
    name: 'paid orders leave the balance as it is',
    patches: [
      {
        file: 'lib/orders/supplier-capacity.ts',
        find: 'state.balanceMilli - books.committed >= costMilli',
        replace: 'state.balanceMilli >= costMilli',
      },
    ],
    tests: {
      file: `${MONEY}/order-creation.test.ts`,
      names: 'a shop that could not deliver counts what is paid and not placed',
    },
  },
  {
    name: 'no queue is too long',
    patches: [
      {
        file: 'lib/orders/supplier-capacity.ts',
        find: 'const MAX_QUEUE_MS = 180_000;',
        replace: 'const MAX_QUEUE_MS = 180_000_000;',
      },
    ],
    tests: { file: `${MONEY}/supplier-circuit.test.ts`, names: 'the queue of paid orders closes the sale' },
  },
  {
    name: 'nobody counts unpaid orders',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: 'await requireFewOpenOrders(tx, user.id, deps.config.limits.openOrders);',
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/open-orders.test.ts`, names: 'the limit of unpaid orders holds' },
  },
  {
    name: 'a preview deployment sells',
    patches: [
      {
        file: 'lib/orders/supplier-capacity.ts',
        find: `if (!deps.config.runsJobs) return { ok: false, reason: 'no_jobs' };`,
        replace: '',
      },
    ],
    tests: { file: 'tests/integration/preview-deployment.test.ts', names: 'a preview deployment' },
  },
  {
    name: 'a charge of another shop is this one’s',
    patches: [
      {
        file: 'lib/orders/invoice-payload.ts',
        find: ' || match[1] !== shopId) return',
        replace: ' || match[1] === "") return',
      },
    ],
    tests: { file: `${MONEY}/payment.test.ts`, names: 'a payment of another (program|shop)' },
  },
  {
    name: 'a job that always fails runs for ever',
    patches: [
      {
        file: 'lib/jobs/drain-outbox.ts',
        find: `if (job.attempts >= limitOf(job)) return await bury(deps, job, nameOf(error));`,
        replace: '',
      },
    ],
    tests: { file: `${MONEY}/sweeps-and-jobs.test.ts`, names: 'a job that fails too often ends for good' },
  },
  {
    name: 'each instance has the whole rate of the supplier',
    patches: [
      {
        file: 'lib/esim-go/rate-limit.ts',
        find: 'const sharedDelayMs = shared && delayMs <= 0 ? await shared.request.take() : delayMs;',
        replace: 'const sharedDelayMs = delayMs;',
      },
    ],
    tests: { file: 'tests/integration/shared-rate.test.ts', names: 'two instances on one KV' },
  },
];

/** Who may do what, and what may be read. */
export const ACCESS_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a login needs no signature',
    patches: [
      {
        file: 'lib/telegram/init-data.ts',
        find: "return timingSafeEqual(expected, Buffer.from(hash, 'hex'));",
        replace: 'return timingSafeEqual(expected, expected);',
      },
    ],
    tests: { file: `${SECURITY}/init-data.test.ts`, names: 'a login is not forged' },
  },
  {
    name: 'a field may stand twice in a login',
    patches: [
      { file: 'lib/telegram/init-data.ts', find: ' || fields.has(name)) return null;', replace: ') return null;' },
    ],
    tests: { file: `${SECURITY}/init-data.test.ts`, names: 'a login is refused with any field twice' },
  },
  {
    name: 'a login never ends',
    patches: [
      {
        file: 'lib/telegram/init-data.ts',
        find: `if (nowS - authDateS > maxAgeS) return { ok: false, reason: 'expired' };`,
        replace: '',
      },
    ],
    tests: { file: `${SECURITY}/init-data.test.ts`, names: 'a login ends' },
  },
  {
    name: 'an order is anybody’s to read',
    patches: [
      {
        file: 'lib/orders/read-orders.ts',
        find: 'WHERE o.id = $1 AND o.telegram_user_id = $2 AND o.erased_at IS NULL',
        replace: 'WHERE o.id = $1 AND $2::bigint > 0 AND o.erased_at IS NULL',
      },
    ],
    tests: { file: `${SECURITY}/other-people.test.ts`, names: 'what belongs to another person is neither read' },
  },
  {
    name: 'a payment is anybody’s to continue',
    patches: [
      {
        file: 'lib/orders/continue-order.ts',
        find: 'WHERE id = $1 AND telegram_user_id = $2 AND erased_at IS NULL',
        replace: 'WHERE id = $1 AND $2::bigint > 0 AND erased_at IS NULL',
      },
    ],
    tests: { file: `${SECURITY}/other-people.test.ts`, names: 'what belongs to another person is neither read' },
  },
  {
    name: 'an eSIM is anybody’s to read',
    patches: [
      {
        file: 'lib/esims/read-esims.ts',
        find: 'WHERE e.id = $1 AND e.telegram_user_id = $2 AND e.erased_at IS NULL',
        replace: 'WHERE e.id = $1 AND $2::bigint > 0 AND e.erased_at IS NULL',
      },
    ],
    tests: { file: `${SECURITY}/other-people.test.ts`, names: 'what belongs to another person is neither read' },
  },
  {
    name: 'data may be put on anybody’s eSIM',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: 'WHERE telegram_user_id = $1 AND (id = $2 OR iccid = $2)',
        replace: 'WHERE $1::bigint > 0 AND (id = $2 OR iccid = $2)',
      },
    ],
    tests: { file: `${SECURITY}/other-people.test.ts`, names: 'what belongs to another person is neither read' },
  },
  {
    name: 'a callback needs no signature',
    patches: [
      {
        file: 'lib/esim-go/signature.ts',
        find: `update(rawBody).digest(), given) || isValid;`,
        replace: `update(rawBody).digest(), given) || isValid || true;`,
      },
    ],
    tests: { file: `${SECURITY}/callers-without-proof.test.ts`, names: 'a callback that eSIM Go did not send' },
  },
  {
    name: 'anybody may wind the clock',
    patches: [
      {
        file: 'lib/http/guards.ts',
        find: `return given !== undefined && isSame(given, secrets.get('cronSecret'));`,
        replace: `return given !== '' || isSame(given, secrets.get('cronSecret'));`,
      },
    ],
    tests: { file: `${SECURITY}/callers-without-proof.test.ts`, names: 'a call of the clock by somebody else' },
  },
  {
    name: 'a body may be of any size',
    patches: [
      {
        file: 'lib/http/body.ts',
        find: `if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw new AppError('payload_too_large');`,
        replace: '',
      },
      {
        file: 'lib/http/body.ts',
        find: `if (length > maxBytes) throw new AppError('payload_too_large');`,
        replace: '',
      },
    ],
    tests: { file: `${SECURITY}/bodies.test.ts`, names: 'a body is read no further' },
  },
  {
    name: 'activation codes are kept in clear',
    patches: [
      {
        file: 'lib/db/sealed-text.ts',
        find: "return `v1.${current.id}.${sealed.toString('base64url')}`;",
        replace: "return `v1.${current.id}.${sealed.toString('base64url')}.${plain}`;",
      },
    ],
    tests: { file: `${SECURITY}/database-dump.test.ts`, names: 'a dump of the database holds no activation code' },
  },
  {
    name: 'e-mail addresses are kept in clear',
    patches: [
      {
        file: 'lib/orders/create-order.ts',
        find: 'deps.keyring.seal(body.email, emailPurpose(id))',
        replace: 'body.email',
      },
    ],
    tests: { file: `${SECURITY}/database-dump.test.ts`, names: 'a dump of the database holds no activation code' },
  },
  {
    name: 'the log is printed as it comes',
    patches: [
      {
        file: 'lib/log/log.ts',
        find: '...safely(() => redactFields({ ...base, ...fields })),',
        replace: '...base,\n      ...fields,',
      },
    ],
    tests: { file: 'tests/unit/log/log.test.ts', names: 'a log line' },
  },
  {
    name: 'who asks to be forgotten is remembered',
    patches: [
      {
        file: 'lib/users/erase-user.ts',
        find: `UPDATE esims SET name = NULL, matching_id_sealed = NULL, smdp_address = '',`,
        replace: 'UPDATE esims SET',
      },
    ],
    tests: { file: 'tests/integration/erasure.test.ts', names: 'a person who has their data deleted is in no table' },
  },
  {
    name: 'nobody is held back',
    patches: [
      {
        file: 'lib/http/rate-limit.ts',
        find: 'if (perMin === 0) return',
        replace: 'if (perMin >= 0) return',
      },
    ],
    tests: { file: 'tests/integration/http/rate-limits.test.ts', names: 'the limit of a user counts' },
  },
];
