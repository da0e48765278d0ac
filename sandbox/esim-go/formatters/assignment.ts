import type { Bundle } from '../catalogue/generate-bundles.ts';
import { stateAt, type Assignment } from '../entities.ts';
import { formatInstant, formatSeconds } from '../instant.ts';
import type { ApiVersion } from '../world.ts';
import { allowanceDescription } from './bundle.ts';

export function formatAssignment(
  assignment: Assignment,
  bundle: Bundle | undefined,
  version: ApiVersion,
  nowMs: number,
): object {
  const isUnlimited = assignment.initialBytes === -1;
  return {
    id: String(assignment.id),
    callTypeGroup: 'data',
    initialQuantity: assignment.initialBytes,
    remainingQuantity: assignment.remainingBytes,
    ...(version === 'v2.5' ? times(assignment) : {}),
    assignmentDateTime: formatInstant(assignment.assignedAt),
    assignmentReference: assignment.reference,
    bundleState: stateAt(assignment, nowMs),
    unlimited: isUnlimited,
    ...(version === 'v2.5'
      ? {
          allowances: [
            {
              type: 'DATA',
              service: bundle?.place.kind === 'country' ? 'STANDARD' : 'ROAMING',
              description: bundle === undefined ? '' : allowanceDescription(bundle),
              initialAmount: assignment.initialBytes,
              remainingAmount: assignment.remainingBytes,
              unit: 'BYTES',
              unlimited: isUnlimited,
            },
          ],
        }
      : {}),
  };
}

/** Both are absent until the bundle has started. */
export function times({ startedAtMs, endsAtMs }: Assignment): { startTime?: string; endTime?: string } {
  if (startedAtMs === null || endsAtMs === null) return {};
  return { startTime: formatSeconds(startedAtMs), endTime: formatSeconds(endsAtMs) };
}
