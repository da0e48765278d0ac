import type { SandboxContext } from '../context.ts';
import type { BotState } from './bot-state.ts';
import { isUpdateWanted, updateExpiry } from './update-delivery.ts';
import type { UpdateDelivery, UpdateKind, UpdateRow } from './update-delivery.ts';
import { toBotUser, toPrivateChat } from './users.ts';
import type { TelegramUser } from './users.ts';

/** What every part of the simulator works with. */
export interface TelegramWorld {
  context: SandboxContext;
  state: BotState;
  delivery: UpdateDelivery;
  /** Queries that wait for the bot's answer, by id. */
  preCheckouts: Map<string, (answer: PreCheckoutAnswer) => void>;
  callbacks: Map<string, (answer: CallbackAnswer) => void>;
}

export type PreCheckoutAnswer = { ok: true } | { ok: false; errorMessage: string };

export interface CallbackAnswer {
  text: string;
  showAlert: boolean;
  url: string;
}

/** The values an update row is made of; `null` as `kind` where the bot did not ask for such updates. */
export interface UpdateDraft {
  queue: string;
  bodyJson: string;
  expiresAt: Date;
  isWanted: boolean;
}

export function draftUpdate(
  world: TelegramWorld,
  kind: UpdateKind,
  userId: number,
  content: Record<string, unknown>,
): UpdateDraft {
  return {
    queue: `${kind}:${userId}`,
    bodyJson: JSON.stringify({ [kind]: content }),
    expiresAt: updateExpiry(kind, world.context.clock.now()),
    isWanted: isUpdateWanted(kind, world.state.current.webhook.allowedUpdates),
  };
}

/** A message by the user or about what they did, without the id, which the database gives. */
export function draftUserMessage(
  user: TelegramUser,
  at: Date,
  content: Record<string, unknown>,
): Record<string, unknown> {
  return { from: toBotUser(user), chat: toPrivateChat(user), date: unixSeconds(at), ...content };
}

export async function sendUpdate(world: TelegramWorld, draft: UpdateDraft): Promise<void> {
  if (!draft.isWanted) return;
  const [row] = await world.context.sql.query<UpdateRow>(
    `insert into sandbox.tg_updates (queue, body, expires_at) values ($1, $2::jsonb, $3) returning *`,
    [draft.queue, draft.bodyJson, draft.expiresAt],
  );
  if (row !== undefined) world.delivery.enqueue(row);
}

/**
 * The tail of a statement that has a `posted` part with the `message_id` of a stored message: it stores the
 * update in the same breath. Its four values come last, in this order.
 */
export function storeUpdateSql(firstValue: number): string {
  const value = (offset: number): string => `$${firstValue + offset}`;
  return `update_row as (
      insert into sandbox.tg_updates (queue, body, expires_at)
      select ${value(0)}, jsonb_set(${value(1)}::jsonb, '{message,message_id}', to_jsonb(message_id)), ${value(2)}::timestamptz
      from posted where ${value(3)}::boolean
      returning *
    )
    select posted.message_id, update_row.* from posted left join update_row on true`;
}

export function storeUpdateValues(draft: UpdateDraft): unknown[] {
  return [draft.queue, draft.bodyJson, draft.expiresAt, draft.isWanted];
}

export interface PostedRow {
  message_id: string;
  update_id: string | null;
  queue: string | null;
  body: Record<string, unknown> | null;
  expires_at: Date | null;
}

/** Starts the delivery of what such a statement stored. */
export function deliverPosted(world: TelegramWorld, row: PostedRow): number {
  const { update_id, queue, body, expires_at } = row;
  if (update_id !== null && queue !== null && body !== null && expires_at !== null) {
    world.delivery.enqueue({ update_id, queue, body, expires_at });
  }
  return Number(row.message_id);
}

export function unixSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}
