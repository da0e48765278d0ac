import * as z from 'zod';

import { accessDenied, refuse, stillProcessing } from '../answers.ts';
import { networksOf } from '../catalogue/networks.ts';
import { isDeactivated, type Esim, type Order } from '../entities.ts';
import {
  formatEsim,
  formatHistory,
  formatInstallDetails,
  formatInstallDetailsCsv,
  formatListedEsim,
} from '../formatters/esim.ts';
import { formatInstant } from '../instant.ts';
import type { EsimFilter } from '../store.ts';
import type { Call, Route, World } from '../world.ts';
import { readCount, readJson } from './read-json.ts';
import { readTimeBound } from './time-bound.ts';

const PAGE_SIZES = [10, 25, 50, 100];
const FILTER_FIELDS = ['iccid', 'customerRef', 'lastAction', 'actionDate', 'assignedDate'] as const;
const REFERENCE = /^[0-9a-f-]{36}$/i;

const tagBody = z.object({ iccid: z.string().optional(), customerRef: z.string().optional() });
const smsBody = z.object({ message: z.string().min(1).max(160), from: z.literal('eSIM') });
const suspendBody = z.object({ suspend: z.boolean() });

async function listEsims({ store }: World, { query, version }: Call): Promise<Response> {
  const perPage = readCount(query.get('perPage'), 10);
  if (!PAGE_SIZES.includes(perPage)) return refuse(400, 'perPage must be one of 10, 25, 50, 100');
  const filter = readFilter(query);
  if (filter === null) return refuse(400, 'invalid filterBy');
  const page = readCount(query.get('page'), 1);
  const { esims, rows } = await store.listEsims(filter, perPage, (page - 1) * perPage);
  return Response.json({
    esims: esims.map((esim) => formatListedEsim(esim, version)),
    pageCount: Math.ceil(rows / perPage),
    pageSize: perPage,
    rows,
  });
}

function readFilter(query: URLSearchParams): EsimFilter | null {
  const order = { isByIccid: query.get('orderBy') === 'iccid', isDescending: query.get('direction') === 'desc' };
  const name = query.get('filterBy');
  const value = query.get('filter') ?? '';
  if (name === null || value === '') return { ...order, field: null, value: '', bound: null };
  const field = FILTER_FIELDS.find((known) => known === name);
  if (field === undefined) return null;
  const isTime = field === 'actionDate' || field === 'assignedDate';
  const bound = isTime ? readTimeBound(value) : null;
  return isTime && bound === null ? null : { ...order, field, value, bound };
}

async function tagEsim({ store, context }: World, { query, body }: Call): Promise<Response> {
  const parsed = tagBody.safeParse(body === '' ? {} : readJson(body));
  if (!parsed.success) return refuse(400, 'failed to parse request body');
  const iccid = parsed.data.iccid ?? query.get('iccid');
  const customerRef = parsed.data.customerRef ?? query.get('customerRef');
  if (iccid === null || customerRef === null) return refuse(400, 'iccid and customerRef are required');
  const entry = { name: 'eSIM Updated', bundleName: '', atMs: context.clock.now().getTime() };
  const isKnown = await store.tagEsim(iccid, customerRef, entry);
  return isKnown ? Response.json({ status: 'Successfully Updated eSIM' }) : accessDenied();
}

async function showInstallDetails(world: World, call: Call): Promise<Response> {
  const { store, context } = world;
  const references = call.query.getAll('reference');
  if (references.length === 0) return refuse(400, 'reference is required');
  const malformed = references.find((reference) => !REFERENCE.test(reference));
  if (malformed !== undefined) return refuse(400, `invalid UUID length: ${malformed.length}`);
  const orders = await store.findOrders(references);
  if (orders.length < new Set(references).size) return accessDenied();

  const nowMs = context.clock.now().getTime();
  const readyAtMs = Math.max(...orders.map((order) => readyTimeOf(order, call)));
  if (readyAtMs > nowMs) return stillProcessing(readyAtMs - nowMs);

  const lines = orders.flatMap((order) =>
    order.items.flatMap((item) => item.iccids.map((iccid) => ({ iccid, item, order }))),
  );
  const esims = await store.findEsims(lines.map((line) => line.iccid));
  if (call.version === 'v2.5' && esims.some(isDeactivated)) return refuse(410, 'eSIM has been deactivated');
  const esimOf = new Map(esims.map((esim) => [esim.iccid, esim]));
  if (!call.accept.includes('application/json')) {
    const rows = lines.flatMap(({ iccid, item, order }) => {
      const esim = esimOf.get(iccid);
      return esim === undefined ? [] : { esim, bundleName: item.item, reference: order.reference };
    });
    return new Response(formatInstallDetailsCsv(rows), { headers: { 'content-type': 'text/csv' } });
  }
  const additionalFields = call.query.get('additionalFields');
  const details = [...esimOf.values()].map((esim) => formatInstallDetails(esim, call.version, additionalFields));
  // One eSIM comes bare, several come in a list.
  const [only] = details;
  return Response.json(details.length === 1 ? only : details);
}

/** A fault rule may hold back the details of an order that was placed without one. */
function readyTimeOf(order: Order, { assignmentDelayMs }: Call): number {
  return Math.max(order.readyAtMs, assignmentDelayMs === null ? 0 : order.createdAt.ms + assignmentDelayMs);
}

/** Answers for an eSIM of this account; another's is refused like a wrong key. */
function withEsim(
  work: (world: World, call: Call, esim: Esim) => Promise<Response> | Response,
): (world: World, call: Call) => Promise<Response> {
  return async (world, call) => {
    const [esim] = await world.store.findEsims([call.params.iccid ?? '']);
    if (esim === undefined) return accessDenied();
    return work(world, call, esim);
  };
}

const showEsim = withEsim(({ context }, { version, query }, esim) => {
  const nowMs = context.clock.now().getTime();
  if (esim.readyAtMs > nowMs) return stillProcessing(esim.readyAtMs - nowMs);
  return Response.json(formatEsim(esim, version, query.get('additionalFields')));
});

const showHistory = withEsim(async ({ store, context }, _call, esim) => {
  const assignments = await store.assignmentsOf(esim.iccid);
  return Response.json(formatHistory(esim, assignments, context.clock.now().getTime()));
});

/** A GET with a side effect: it throws the phone off the network. */
const refreshEsim = withEsim(async ({ store, context }, _call, esim) => {
  await store.noteOnEsim(esim.iccid, { name: 'eSIM Refreshed', bundleName: '', atMs: context.clock.now().getTime() });
  return Response.json({ status: 'Successfully refreshed SIM' });
});

const checkCompatibility = withEsim(({ catalogue }, { params }, esim) => {
  const bundle = catalogue.findOnSale(params.bundle ?? '');
  if (bundle === undefined) return refuse(400, 'bundle not found');
  return Response.json({ compatible: bundle.profileName === esim.profileName && !isDeactivated(esim) });
});

const showLocation = withEsim((_world, _call, { country, lastSeenAtMs }) => {
  if (country === null || lastSeenAtMs === null) {
    return Response.json({ mobileNetworkCode: '', networkName: '', networkBrandName: '', country: '', lastSeen: '' });
  }
  const [network] = networksOf(country);
  return Response.json({
    mobileNetworkCode: network?.tadig ?? '',
    networkName: network?.name ?? '',
    networkBrandName: network?.brandName ?? '',
    country,
    lastSeen: formatInstant({ ms: lastSeenAtMs, nanos: 0 }),
  });
});

const sendSms = withEsim((_world, { body }) => {
  return smsBody.safeParse(readJson(body)).success
    ? Response.json({ status: 'sent' })
    : refuse(400, 'invalid SMS request');
});

const suspendEsim = withEsim(async ({ store, context }, { body }, esim) => {
  const parsed = suspendBody.safeParse(readJson(body));
  if (!parsed.success) return refuse(400, 'failed to parse request body');
  if (isDeactivated(esim)) return refuse(400, 'eSIM has been deactivated');
  const { suspend } = parsed.data;
  const entry = { name: 'eSIM Updated', bundleName: '', atMs: context.clock.now().getTime() };
  await store.setEsimState(esim.iccid, suspend ? 'suspended' : 'active', entry);
  return Response.json({ status: `eSIM ${suspend ? 'suspended' : 'unsuspended'} successfully` }, { status: 201 });
});

const showSuspension = withEsim((_world, _call, { state }) => Response.json({ suspended: state === 'suspended' }));

export const esimRoutes: readonly Route[] = [
  { method: 'GET', path: '/esims', answer: listEsims },
  { method: 'PUT', path: '/esims', answer: tagEsim },
  { method: 'GET', path: '/esims/assignments', answer: showInstallDetails },
  { method: 'GET', path: '/esims/{iccid}', answer: showEsim },
  { method: 'GET', path: '/esims/{iccid}/history', answer: showHistory },
  { method: 'GET', path: '/esims/{iccid}/refresh', answer: refreshEsim },
  { method: 'GET', path: '/esims/{iccid}/compatible/{bundle}', since: 'v2.4', answer: checkCompatibility },
  { method: 'GET', path: '/esims/{iccid}/location', answer: showLocation },
  { method: 'POST', path: '/esims/{iccid}/sms', answer: sendSms },
  { method: 'POST', path: '/esims/{iccid}/suspend', since: 'v2.5', answer: suspendEsim },
  { method: 'GET', path: '/esims/{iccid}/suspend', since: 'v2.5', answer: showSuspension },
];
