import * as z from 'zod';
import { listWire, textWire, timeWire } from './common.ts';

const STATES = ['processing', 'queued', 'active', 'depleted', 'expired', 'revoked', 'lapsed'] as const;
export type AssignmentState = (typeof STATES)[number] | 'unknown';

/** A bundle on an eSIM. */
export interface Assignment {
  readonly id: string;
  /** The order reference with `-0`, `-1`, … behind it. */
  readonly reference: string;
  readonly bundleName: string;
  readonly state: AssignmentState;
  /** Null when unlimited, and for voice and text messages. */
  readonly initialBytes: number | null;
  readonly remainingBytes: number | null;
  readonly unlimited: boolean;
  /** Null until the bundle is first used. */
  readonly startTime: Date | null;
  readonly endTime: Date | null;
  readonly assignedAt: Date | null;
}

const allowanceWire = z.object({
  type: textWire,
  initialAmount: z.number().nullish(),
  remainingAmount: z.number().nullish(),
  unit: textWire,
  unlimited: z.boolean().nullish(),
});

const assignmentWire = z.object({
  id: z.union([z.string().min(1), z.number().int().transform(String)]),
  callTypeGroup: textWire,
  initialQuantity: z.number().nullish(),
  remainingQuantity: z.number().nullish(),
  assignmentDateTime: timeWire,
  assignmentReference: textWire,
  bundleState: textWire,
  unlimited: z.boolean().nullish(),
  startTime: timeWire,
  endTime: timeWire,
  allowances: listWire(allowanceWire),
});

const esimBundlesWire = z.object({
  bundles: listWire(z.object({ name: z.string().min(1), assignments: listWire(assignmentWire) })),
});

/** Every assignment of the eSIM; after a top-up a customer's data is the sum over several. */
export function decodeEsimBundles(wire: unknown): Assignment[] {
  return esimBundlesWire
    .parse(wire)
    .bundles.flatMap(({ name, assignments }) => assignments.map((assignment) => assignmentOf(name, assignment)));
}

function assignmentOf(bundleName: string, wire: z.output<typeof assignmentWire>): Assignment {
  const dataAllowance = wire.allowances.find(({ type }) => type?.toUpperCase() === 'DATA');
  const unlimited = wire.unlimited ?? dataAllowance?.unlimited ?? false;
  const isCounted = !unlimited && (wire.callTypeGroup || 'data').toLowerCase() === 'data';
  const bytesPerUnit = dataAllowance?.unit?.toUpperCase() === 'MB' ? 1_000_000 : 1;
  const allowanceBytes = (amount: number | null | undefined) => (amount == null ? null : amount * bytesPerUnit);
  return {
    id: wire.id,
    reference: wire.assignmentReference ?? '',
    bundleName,
    state: assignmentStateOf(wire.bundleState ?? ''),
    initialBytes: isCounted ? (wire.initialQuantity ?? allowanceBytes(dataAllowance?.initialAmount)) : null,
    remainingBytes: isCounted ? (wire.remainingQuantity ?? allowanceBytes(dataAllowance?.remainingAmount)) : null,
    unlimited,
    startTime: wire.startTime,
    endTime: wire.endTime,
    assignedAt: wire.assignmentDateTime,
  };
}

function assignmentStateOf(text: string): AssignmentState {
  return STATES.find((state) => state === text.toLowerCase()) ?? 'unknown';
}
