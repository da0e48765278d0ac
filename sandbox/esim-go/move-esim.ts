import * as z from 'zod';

import { BadInput } from '../context.ts';
import { parseInput } from '../control/parse-input.ts';
import { isoCountryOf } from './catalogue/places.ts';
import { stateAt } from './entities.ts';
import { movePhone } from './phone.ts';
import type { World } from './world.ts';

const moveBody = z.strictObject({
  iccid: z.string().regex(/^\d{18,22}$/, 'must be the digits of an ICCID'),
  action: z.enum(['install', 'attach', 'use', 'expire']),
  bytes: z.int().min(1).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2,3}(-[A-Z]{2})?$/, 'must be a country code in capitals')
    .optional(),
});

const DEFAULT_BYTES = 1_000_000;

/** `POST /sandbox/api/esim`: the callbacks leave after everything is stored, and nobody waits for them. */
export async function moveEsim(world: World, input: unknown): Promise<Response> {
  const { iccid, action, bytes, country } = parseInput(moveBody, input);
  const nowMs = world.context.clock.now().getTime();
  const moved = await world.store.withLockedEsim(iccid, async (esim, assignments, changes) => {
    if (esim.readyAtMs > nowMs) throw new BadInput(`The eSIM ${iccid} is still being made.`);
    if (esim.state === 'suspended' && (action === 'attach' || action === 'use')) {
      throw new BadInput(`The eSIM ${iccid} is suspended, so no network takes it.`);
    }
    const event = {
      action,
      bytes: bytes ?? DEFAULT_BYTES,
      country: country === undefined ? null : isoCountryOf(country),
    };
    const after = movePhone(world.catalogue, { esim, assignments }, event, nowMs);
    await changes.saveEsim(after.esim);
    for (const assignment of after.assignments) await changes.saveAssignment(assignment);
    return after;
  });
  if (moved === null) return Response.json({ error: `There is no eSIM ${iccid}.` }, { status: 404 });

  world.callbacks.send(moved.callbacks);
  return Response.json({
    iccid,
    profile_status: moved.esim.profileStatus,
    bundles: moved.assignments.map((assignment) => ({
      name: assignment.bundleName,
      state: stateAt(assignment, nowMs),
      remaining_bytes: assignment.remainingBytes,
    })),
  });
}
