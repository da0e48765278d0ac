import * as z from 'zod';

import {
  BadInput,
  type EsimGoSimulator,
  type FaultEffects,
  type LedgerOrder,
  type SandboxContext,
} from '../context.ts';
import { parseInput } from '../control/parse-input.ts';
import { accessDenied, noSuchRoute, refuse } from './answers.ts';
import { balanceCallbacks } from './balance-callbacks.ts';
import { createCallbackSender } from './callbacks.ts';
import { createCatalogue } from './catalogue/catalogue.ts';
import { lpaOf, stateAt, type Order } from './entities.ts';
import { createCatalogueWires } from './formatters/bundle.ts';
import { toWireMoney } from './formatters/money.ts';
import { answerLegacy, isLegacyPath } from './legacy-v2.ts';
import { moveEsim, showEsim } from './move-esim.ts';
import { instantNow } from './place-order.ts';
import { createRateLimit } from './rate-limit.ts';
import { findRoute } from './router.ts';
import { createEsimStore, START_BALANCE_MILLI } from './store.ts';
import type { World } from './world.ts';

const setBody = z.strictObject({
  balance: z.number().min(0).max(1_000_000_000).optional(),
  rate_per_s: z.int().min(0).optional(),
  latency_ms: z.int().min(0).optional(),
  catalogue: z.union([z.literal('ok'), z.literal(404), z.literal(403)]).optional(),
  /** Without a price the bundle gets its first one back; null takes it off sale. */
  bundle: z.strictObject({ name: z.string(), price: z.number().positive().nullable().optional() }).optional(),
});

/** eSIM Go's reseller API, v2.3 to v2.5 and what is left of v2, as its reference and its live answers show it. */
export function createEsimGoSimulator(context: SandboxContext): EsimGoSimulator {
  const store = createEsimStore(context.sql);
  const callbacks = createCallbackSender(context);
  const rateLimit = createRateLimit();
  const world: World = {
    context,
    store,
    catalogue: createCatalogue(),
    wires: createCatalogueWires(),
    callbacks,
    settings: { ratePerS: 0, latencyMs: 0, catalogueAnswer: 'ok' },
  };

  async function loadSettings(): Promise<void> {
    const { ratePerS, latencyMs, catalogueAnswer } = await store.loadAccount();
    world.settings = { ratePerS, latencyMs, catalogueAnswer };
  }

  /** The money that the account starts with; in the list of orders it stands among the purchases. */
  async function payIn(): Promise<void> {
    await store.insertOrder({
      reference: context.random.uuid(),
      createdAt: instantNow(context),
      status: 'completed',
      isAssigned: false,
      items: [
        {
          type: 'topup',
          item: 'Topup',
          quantity: 1,
          pricePerUnitMilli: START_BALANCE_MILLI,
          allowReassign: false,
          iccids: [],
        },
      ],
      totalMilli: START_BALANCE_MILLI,
      runningBalanceMilli: null,
      readyAtMs: 0,
    });
  }

  /** Routing comes before the key, so an unknown path is a 404 for everyone and a wrong key never hides one. */
  async function answer(request: Request, path: string, effects: FaultEffects): Promise<Response> {
    const { searchParams: query } = new URL(request.url);
    const key = request.headers.get('x-api-key');
    const isKeyRight = key === context.keys.esimGoApiKey;
    if (isLegacyPath(path)) {
      return answerLegacy(request.method, path, isKeyRight || query.get('api_key') === context.keys.esimGoApiKey);
    }
    const routed = findRoute(request.method, path);
    if (routed === null) return noSuchRoute();
    if (!isKeyRight) return accessDenied();
    return routed.route.answer(world, {
      version: routed.version,
      params: routed.params,
      query,
      accept: request.headers.get('accept') ?? '',
      body: request.method === 'GET' ? '' : await request.text(),
      ip: callerOf(request),
      assignmentDelayMs: effects.assignmentDelayMs ?? null,
    });
  }

  return {
    async start() {
      const isNew = await store.createTables();
      if (isNew) await payIn();
      await loadSettings();
      for (const { name, priceMilli } of await store.loadOverrides()) world.catalogue.override(name, priceMilli);
    },

    async handle(request, path, effects = {}) {
      const rate = rateLimit.take(callerOf(request), world.settings.ratePerS);
      if (world.settings.latencyMs > 0) await context.clock.sleep(world.settings.latencyMs, request.signal);
      const response = rate.isOver
        ? refuse(429, 'Rate limit exceeded', { 'retry-after': String(rate.retryAfterS) })
        : await answer(request, path, effects);
      for (const [name, value] of Object.entries(rate.headers)) response.headers.set(name, value);
      response.headers.set('date', context.clock.now().toUTCString());
      return response;
    },

    moveEsim: (input) => moveEsim(world, input),
    showEsim: (query) => showEsim(world, query),

    async ledger() {
      const [{ balanceMilli }, orders, esims, assignments] = await Promise.all([
        store.loadAccount(),
        store.completedOrders(),
        store.allEsims(),
        store.allAssignments(),
      ]);
      const nowMs = context.clock.now().getTime();
      return {
        balance: toWireMoney(balanceMilli),
        orders: orders.flatMap(ledgerOrders),
        esims: esims.map((esim) => ({
          iccid: esim.iccid,
          smdp_address: esim.smdpHost,
          matching_id: esim.matchingId,
          lpa: lpaOf(esim),
          profile_status: esim.profileStatus,
          customer_ref: esim.customerRef,
          state: esim.state,
        })),
        assignments: assignments.map((assignment) => ({
          reference: assignment.reference,
          iccid: assignment.iccid,
          item: assignment.bundleName,
          state: stateAt(assignment, nowMs),
        })),
      };
    },

    async set(input) {
      const change = parseInput(setBody, input);
      if (change.bundle !== undefined && world.catalogue.find(change.bundle.name) === undefined) {
        throw new BadInput(`bundle.name: eSIM Go sells no bundle ${change.bundle.name}.`);
      }
      const balanceMilli = change.balance === undefined ? undefined : Math.round(change.balance * 1000);
      const before = await store.loadAccount();
      await store.changeAccount({
        balanceMilli,
        ratePerS: change.rate_per_s,
        latencyMs: change.latency_ms,
        catalogueAnswer: change.catalogue,
      });
      await loadSettings();
      if (balanceMilli !== undefined) callbacks.send(balanceCallbacks(before.balanceMilli, balanceMilli));
      if (change.bundle !== undefined) await setBundle(change.bundle.name, change.bundle.price);
    },

    async reset() {
      await store.clear();
      await payIn();
    },

    async stop() {
      await callbacks.settle();
    },
  };

  async function setBundle(name: string, price: number | null | undefined): Promise<void> {
    if (price === undefined) {
      await store.deleteOverride(name);
      world.catalogue.restore(name);
      return;
    }
    const priceMilli = price === null ? null : Math.round(price * 1000);
    await store.saveOverride({ name, priceMilli });
    world.catalogue.override(name, priceMilli);
  }
}

/** One line per eSIM; what went into the inventory or paid for it has none. */
function ledgerOrders({ reference, items, status, createdAt }: Order): LedgerOrder[] {
  return items
    .filter((item) => item.type === 'bundle')
    .flatMap((item) =>
      (item.iccids.length === 0 ? [''] : item.iccids).map((iccid) => ({
        order_reference: reference,
        item: item.item,
        iccid,
        status,
        created_at: new Date(createdAt.ms).toISOString(),
      })),
    );
}

/** Servers of srvx put the caller's address on the request. */
function callerOf(request: Request): string {
  return 'ip' in request && typeof request.ip === 'string' ? request.ip : '127.0.0.1';
}
