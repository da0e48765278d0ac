import * as z from 'zod';

import { BadInput } from '../context.ts';
import { parseInput } from '../control/parse-input.ts';
import { isoCountryOf } from './catalogue/places.ts';
import { isDeactivated, stateAt, type Assignment, type Esim } from './entities.ts';
import { movePhone, PHONE_ACTIONS, type Moved, type PhoneAction } from './phone.ts';
import { moveByVendor, VENDOR_ACTIONS, type VendorAction } from './vendor-moves.ts';
import type { World } from './world.ts';

const iccidField = z.string().regex(/^\d{18,22}$/, 'must be the digits of an ICCID');

const moveBody = z.strictObject({
  iccid: iccidField,
  action: z.enum([...PHONE_ACTIONS, ...VENDOR_ACTIONS]),
  bytes: z.int().min(1).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2,3}(-[A-Z]{2})?$/, 'must be a country code in capitals')
    .optional(),
});

const DEFAULT_BYTES = 1_000_000;

/** `POST /sandbox/api/esim`: the callbacks leave after everything is stored, and nobody waits for them. */
export async function moveEsim(world: World, input: unknown): Promise<Response> {
  const { action, iccid, bytes, country } = parseInput(moveBody, input);
  const nowMs = world.context.clock.now().getTime();
  const moved = await world.store.withLockedEsim(iccid, async (esim, assignments, changes) => {
    const before = { esim, assignments };
    checkMove(esim, action, nowMs);
    const event = { bytes: bytes ?? DEFAULT_BYTES, country: country === undefined ? null : isoCountryOf(country) };
    const after: Moved = isVendorAction(action)
      ? moveByVendor(before, action, nowMs)
      : movePhone(world.catalogue, before, { action, ...event }, nowMs);
    await changes.saveEsim(after.esim);
    for (const assignment of after.assignments) await changes.saveAssignment(assignment);
    return after;
  });
  if (moved === null) return noSuchEsim(iccid);
  world.callbacks.send(moved.callbacks);
  return describe(moved, nowMs);
}

/** `GET /sandbox/api/esim?iccid=`: the same, and nothing moves. */
export async function showEsim(world: World, query: URLSearchParams): Promise<Response> {
  const iccid = parseInput(iccidField, query.get('iccid') ?? '');
  const [[esim], assignments] = await Promise.all([world.store.findEsims([iccid]), world.store.assignmentsOf(iccid)]);
  return esim === undefined ? noSuchEsim(iccid) : describe({ esim, assignments }, world.context.clock.now().getTime());
}

function isVendorAction(action: PhoneAction | VendorAction): action is VendorAction {
  return VENDOR_ACTIONS.some((known) => known === action);
}

function checkMove(esim: Esim, action: PhoneAction | VendorAction, nowMs: number): void {
  const { iccid } = esim;
  if (esim.readyAtMs > nowMs) throw new BadInput(`The eSIM ${iccid} is still being made.`);
  if (isDeactivated(esim)) throw new BadInput(`The eSIM ${iccid} was deactivated, and that is for good.`);
  const isOnNetwork = action === 'attach' || action === 'use';
  if (esim.profileStatus === 'Unavailable' && (isOnNetwork || action === 'install')) {
    throw new BadInput(`The eSIM ${iccid} is unavailable, so no phone can install it.`);
  }
  if (esim.state === 'suspended' && isOnNetwork) {
    throw new BadInput(`The eSIM ${iccid} is suspended, so no network takes it.`);
  }
}

function noSuchEsim(iccid: string): Response {
  return Response.json({ error: `There is no eSIM ${iccid}.` }, { status: 404 });
}

function describe({ esim, assignments }: { esim: Esim; assignments: readonly Assignment[] }, nowMs: number): Response {
  return Response.json({
    iccid: esim.iccid,
    profile_status: esim.profileStatus,
    state: esim.state,
    country: esim.country,
    bundles: assignments.map((assignment) => ({
      name: assignment.bundleName,
      state: stateAt(assignment, nowMs),
      remaining_bytes: assignment.remainingBytes,
    })),
  });
}
