import { receiveCallback } from '../../lib/esims/receive-callback.ts';
import { readBody } from '../../lib/http/body.ts';
import { countUnproven } from '../../lib/http/guards.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { kick } from '../../lib/jobs/kick.ts';

export const POST = route('esimgo/webhook', async (request, { app, note }) => {
  const { secrets } = app;
  const keys = [secrets.get('esimGoApiKey'), secrets.get('esimGoApiKeyPrevious')].filter((key) => key !== null);
  const rawBody = await readBody(request);
  const signature = request.headers.get('x-signature-sha256');
  const outcome = await receiveCallback(app.deps, {
    rawBody,
    signature,
    keys,
    countUnproven: () => countUnproven(app, request),
  });
  note({ outcome });
  if (outcome === 'queued') kick(app.deps);
  return jsonAnswer({ ok: true });
});
