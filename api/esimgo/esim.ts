import * as z from 'zod';
import { esimActionBodySchema, type EsimActionAnswer } from '../../lib/contract/esim.ts';
import { actOnEsim } from '../../lib/esims/act-on-esim.ts';
import { findOwnEsim, listEsims, toEsim } from '../../lib/esims/read-esims.ts';
import { refreshSoon } from '../../lib/esims/refresh-soon.ts';
import { parseInput, readJson } from '../../lib/http/body.ts';
import { requireUser } from '../../lib/http/guards.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { kickIfDue } from '../../lib/jobs/kick.ts';

const querySchema = z.object({ id: z.string().regex(/^[\x21-\x7e]{1,64}$/) });

export const GET = route('esimgo/esim', async (request, { app, url }) => {
  const user = await requireUser(app, request);
  const id = url.searchParams.get('id');
  if (id === null) {
    const esims = await listEsims(app.deps, user.id);
    kickIfDue(app.deps);
    return jsonAnswer({ esims });
  }
  const query = parseInput(querySchema, { id });
  const esim = await findOwnEsim(app.deps, user.id, query.id);
  refreshSoon(app.deps, esim.id, esim.refreshed_at);
  const answer = { esim: await toEsim(app.deps, esim) };
  kickIfDue(app.deps);
  return jsonAnswer(answer);
});

export const POST = route('esimgo/esim', async (request, { app, note }) => {
  const user = await requireUser(app, request);
  const body = await readJson(request, esimActionBodySchema);
  const answer: EsimActionAnswer = await actOnEsim(app.deps, user.id, body);
  note({ action: body.action, esimId: answer.esim.id });
  kickIfDue(app.deps);
  return jsonAnswer(answer);
});
