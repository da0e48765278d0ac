import { BadInput } from '../context.ts';
import { stateAt, type Assignment, type Esim } from './entities.ts';
import { formatInstant } from './instant.ts';
import type { Moved } from './phone.ts';

export const VENDOR_ACTIONS = ['suspend', 'resume', 'deactivate', 'make_unavailable'] as const;
export type VendorAction = (typeof VENDOR_ACTIONS)[number];

/** What the vendor itself does to an eSIM. Only its end is reported: the vendor has no callback for the rest. */
export function moveByVendor(
  before: { esim: Esim; assignments: readonly Assignment[] },
  action: VendorAction,
  nowMs: number,
): Moved {
  const { esim, assignments } = before;
  const entry = { name: 'eSIM Updated', bundleName: '', atMs: nowMs };
  const changed: Moved = {
    esim: { ...esim, lastAction: entry.name, lastActionAtMs: nowMs, history: [...esim.history, entry] },
    assignments: [...assignments],
    callbacks: [],
  };
  switch (action) {
    case 'suspend':
      changed.esim.state = 'suspended';
      break;
    case 'resume':
      changed.esim.state = 'active';
      break;
    case 'deactivate':
      changed.esim.state = 'deactivated';
      changed.esim.profileStatus = 'Deactivated';
      changed.assignments = assignments.map((assignment) => revoked(assignment, nowMs));
      changed.callbacks.push({
        iccid: esim.iccid,
        payload: { date: formatInstant({ ms: nowMs, nanos: 0 }), event: 'esim.deleted', iccid: esim.iccid },
      });
      break;
    case 'make_unavailable':
      if (esim.profileStatus === 'Installed') {
        throw new BadInput(`The eSIM ${esim.iccid} is in a phone, so its code no longer matters.`);
      }
      changed.esim.profileStatus = 'Unavailable';
      break;
  }
  return changed;
}

function revoked(assignment: Assignment, nowMs: number): Assignment {
  const state = stateAt(assignment, nowMs);
  return state === 'processing' || state === 'queued' || state === 'active'
    ? { ...assignment, state: 'revoked' }
    : assignment;
}
