import { accessDenied, refuse } from '../answers.ts';
import { stateAt, type Assignment, type AssignmentState } from '../entities.ts';
import { formatAssignment } from '../formatters/assignment.ts';
import { revokeAssignment } from '../revoke-assignment.ts';
import type { Call, Route, World } from '../world.ts';
import { readCount } from './read-json.ts';

const DEFAULT_LIMIT = 15;
const HIGHEST_LIMIT = 200;
const UNUSED_STATES: readonly AssignmentState[] = ['processing', 'queued', 'active'];

async function listBundles(world: World, call: Call): Promise<Response> {
  const { store, catalogue, context } = world;
  const iccid = call.params.iccid ?? '';
  const assignments = await store.assignmentsOf(iccid);
  if (assignments.length === 0 && (await store.findEsims([iccid])).length === 0) return accessDenied();

  const nowMs = context.clock.now().getTime();
  const isWithUsed = call.query.get('includeUsed') === 'true';
  const shown = assignments.filter((assignment) => isWithUsed || UNUSED_STATES.includes(stateAt(assignment, nowMs)));
  const limit = Math.min(readCount(call.query.get('limit'), DEFAULT_LIMIT), HIGHEST_LIMIT);
  const names = [...new Set(shown.map((assignment) => assignment.bundleName))].slice(0, limit);
  const bundles = names.map((name) => {
    const bundle = catalogue.find(name);
    return {
      name,
      description: bundle?.description ?? '',
      assignments: shown
        .filter((assignment) => assignment.bundleName === name)
        .map((assignment) => formatAssignment(assignment, bundle, call.version, nowMs)),
    };
  });
  return Response.json({ bundles });
}

/** The latest one, if the same bundle was applied several times. */
async function showBundle(world: World, call: Call): Promise<Response> {
  const { store, catalogue, context } = world;
  const iccid = call.params.iccid ?? '';
  if ((await store.findEsims([iccid])).length === 0) return accessDenied();
  const name = call.params.name ?? '';
  const latest = (await store.assignmentsOf(iccid)).findLast((assignment) => assignment.bundleName === name);
  if (latest === undefined) return refuse(400, 'bundle not found on eSIM');
  const nowMs = context.clock.now().getTime();
  return Response.json({ assignments: [formatAssignment(latest, catalogue.find(name), call.version, nowMs)] });
}

/** Takes the oldest unused one of that name. */
function revokeByName(world: World, call: Call): Promise<Response> {
  const wanted = call.query.get('offerId');
  return revoke(world, call, (assignments, nowMs) => {
    if (wanted !== null) return assignments.find((assignment) => String(assignment.id) === wanted);
    return assignments.find((assignment) => stateAt(assignment, nowMs) === 'queued') ?? assignments[0];
  });
}

function revokeById(world: World, call: Call): Promise<Response> {
  return revoke(world, call, (assignments) =>
    assignments.find((assignment) => String(assignment.id) === call.params.assignmentId),
  );
}

/** Without `type` it is done, not tried. */
async function revoke(
  world: World,
  { params, query }: Call,
  choose: (assignments: readonly Assignment[], nowMs: number) => Assignment | undefined,
): Promise<Response> {
  const type = query.get('type') ?? 'transaction';
  if (type !== 'validate' && type !== 'transaction') return refuse(400, 'Invalid type');
  return revokeAssignment(world, {
    iccid: params.iccid ?? '',
    isTrial: type === 'validate',
    isRefundToBalance: query.get('refundToBalance') === 'true',
    choose: (assignments, nowMs) =>
      choose(
        assignments.filter((assignment) => assignment.bundleName === params.name),
        nowMs,
      ),
  });
}

export const esimBundleRoutes: readonly Route[] = [
  { method: 'GET', path: '/esims/{iccid}/bundles', answer: listBundles },
  { method: 'GET', path: '/esims/{iccid}/bundles/{name}', answer: showBundle },
  { method: 'DELETE', path: '/esims/{iccid}/bundles/{name}', answer: revokeByName },
  { method: 'DELETE', path: '/esims/{iccid}/bundles/{name}/assignments/{assignmentId}', answer: revokeById },
];
