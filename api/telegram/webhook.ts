import * as z from 'zod';
import { takeUpdate } from '../../lib/chat/take-update.ts';
import { AppError } from '../../lib/contract/error-codes.ts';
import { readJson } from '../../lib/http/body.ts';
import { jsonAnswer, route } from '../../lib/http/route.ts';
import { kick } from '../../lib/jobs/kick.ts';
import { decodeUpdate, verifySecretToken } from '../../lib/telegram/webhook-update.ts';

export const POST = route('telegram/webhook', async (request, { app, note }) => {
  const secret = app.secrets.get('telegramWebhookSecret');
  if (!verifySecretToken(request.headers.get('x-telegram-bot-api-secret-token'), secret)) {
    throw new AppError('unauthorized');
  }
  const update = decodeUpdate(await readJson(request, z.unknown()));
  if (update === null) throw new AppError('bad_request', { details: { path: 'update_id' } });
  const outcome = await takeUpdate(app.deps, update);
  note({ update: update.kind, outcome });
  if (outcome === 'payment_accepted' || outcome === 'payment_to_refund') kick(app.deps);
  return jsonAnswer({ ok: true });
});
