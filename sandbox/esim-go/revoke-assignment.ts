import { accessDenied, refuse } from './answers.ts';
import { stateAt, type Assignment } from './entities.ts';
import { newLot } from './place-order.ts';
import type { World } from './world.ts';

export interface Revocation {
  iccid: string;
  /** Says what would happen and does nothing. */
  isTrial: boolean;
  isRefundToBalance: boolean;
  choose(assignments: readonly Assignment[], nowMs: number): Assignment | undefined;
}

const REFUNDABLE_MS = 60 * 86_400_000;

/** An unstarted bundle goes back to the inventory or the balance; a started one is taken away without refund. */
export async function revokeAssignment(world: World, revocation: Revocation): Promise<Response> {
  const { store, catalogue, context } = world;
  const lotSerial = revocation.isTrial ? 0 : await store.takeSerial();
  const answer = await store.withLockedEsim(revocation.iccid, async (esim, assignments, changes) => {
    const nowMs = context.clock.now().getTime();
    const assignment = revocation.choose(assignments, nowMs);
    if (assignment === undefined) return refuse(400, 'bundle not found on eSIM');
    const state = stateAt(assignment, nowMs);
    if (state !== 'queued' && state !== 'active' && state !== 'depleted') {
      return refuse(400, `Bundle cannot be revoked, it is ${state}`);
    }
    const isRefunded = state === 'queued' && nowMs - assignment.assignedAt.ms <= REFUNDABLE_MS;
    if (revocation.isTrial) {
      return isRefunded
        ? Response.json({
            status: `Bundle can be revoked and refunded to ${revocation.isRefundToBalance ? 'balance' : 'inventory'}`,
          })
        : refuse(400, 'Bundle has been started and cannot be refunded');
    }

    await changes.saveAssignment({ ...assignment, state: 'revoked' });
    let entryName = 'Bundle Revoked';
    let status = 'Successfully Revoked Bundle';
    if (isRefunded && revocation.isRefundToBalance) {
      await changes.addToBalance(catalogue.find(assignment.bundleName)?.priceMilli ?? 0);
      entryName = 'Bundle Refunded To Balance';
      status = 'Successfully Revoked Bundle, bundle has been refunded to balance';
    } else if (isRefunded) {
      await changes.addLot(newLot(lotSerial, assignment.bundleName, 1, nowMs));
      entryName = 'Bundle Refunded to Inventory';
      status = 'Successfully Revoked Bundle, bundle has been refunded to inventory';
    }
    const entry = { name: entryName, bundleName: assignment.bundleName, atMs: nowMs };
    await changes.saveEsim({
      ...esim,
      lastAction: entry.name,
      lastActionAtMs: nowMs,
      history: [...esim.history, entry],
    });
    return Response.json({ status });
  });
  return answer ?? accessDenied();
}
