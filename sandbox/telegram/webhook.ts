import * as z from 'zod';
import { badRequest } from './bot-api-error.ts';
import { NO_WEBHOOK } from './bot-state.ts';
import type { CallParams } from './call-params.ts';
import type { TelegramWorld } from './service-updates.ts';

const KNOWN_UPDATES = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'subscription',
];

export async function setWebhook(world: TelegramWorld, params: CallParams): Promise<string> {
  const url = params.text('url');
  if (url === '') return deleteWebhook(world, params);
  // Real Telegram demands https; a shop that runs on the same machine has no certificate.
  if (!/^https?:\/\/[^/]+/.test(url) || !URL.canParse(url)) throw badRequest('invalid webhook URL specified');
  const secretToken = params.text('secret_token');
  if (secretToken.length > 256) throw badRequest('secret token is too long');
  if (!/^[\w-]*$/.test(secretToken)) throw badRequest('secret token contains unallowed characters');

  const maxConnections = Math.min(Math.max(params.integer('max_connections') ?? NO_WEBHOOK.maxConnections, 1), 100);
  if (params.flag('drop_pending_updates')) await world.delivery.dropAll();
  await world.state.change({
    webhook: { url, secretToken, allowedUpdates: readAllowedUpdates(world, params), maxConnections },
  });
  world.delivery.restart();
  return 'Webhook was set';
}

export async function deleteWebhook(world: TelegramWorld, params: CallParams): Promise<string> {
  const { webhook } = world.state.current;
  if (params.flag('drop_pending_updates')) await world.delivery.dropAll();
  // What kinds of updates the bot wants outlives the webhook.
  await world.state.change({ webhook: { ...NO_WEBHOOK, allowedUpdates: webhook.allowedUpdates } });
  return webhook.url === '' ? 'Webhook is already deleted' : 'Webhook was deleted';
}

export async function getWebhookInfo(world: TelegramWorld): Promise<Record<string, unknown>> {
  const { url, maxConnections, allowedUpdates } = world.state.current.webhook;
  const [row] = await world.context.sql.query<{ pending: number }>(
    'select count(*)::int as pending from sandbox.tg_updates',
  );
  const lastError = world.delivery.lastError();
  return {
    url,
    has_custom_certificate: false,
    pending_update_count: row?.pending ?? 0,
    ...(url === '' ? {} : { max_connections: maxConnections, ip_address: '127.0.0.1' }),
    ...(lastError === null ? {} : { last_error_date: lastError.date, last_error_message: lastError.message }),
    ...(allowedUpdates.length === 0 ? {} : { allowed_updates: allowedUpdates }),
  };
}

/** Omitted keeps the former list; names that Telegram does not know are passed over in silence. */
function readAllowedUpdates(world: TelegramWorld, params: CallParams): string[] {
  const given = params.json('allowed_updates', 'allowed_updates');
  if (given === undefined) return world.state.current.webhook.allowedUpdates;
  const names = z.array(z.string()).safeParse(given);
  if (!names.success) throw badRequest('expected an Array of String');
  return names.data.filter((name) => KNOWN_UPDATES.includes(name));
}
