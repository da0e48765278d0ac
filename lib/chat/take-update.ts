import type { Language } from '../contract/session.ts';
import type { Sql } from '../db/sql.ts';
import type { ShopDeps } from '../deps.ts';
import { botMessages } from '../i18n/bot-messages.ts';
import { languageOf } from '../i18n/language.ts';
import { preCheckoutMessages } from '../i18n/pre-checkout-messages.ts';
import { answerMessage } from '../notify/answer-message.ts';
import { askToDelete, questionTime } from '../notify/reply-to.ts';
import { markUnreachable } from '../notify/tell-buyer.ts';
import { judgePreCheckout } from '../orders/answer-pre-checkout.ts';
import { recordPayment } from '../orders/record-payment.ts';
import { recordTelegramRefund } from '../orders/refund-payment.ts';
import type { TextMessage } from '../telegram/bot-api.ts';
import { TelegramRefusedError } from '../telegram/errors.ts';
import type { CallbackUpdate, MessageUpdate, PreCheckoutUpdate, WebhookUpdate } from '../telegram/webhook-update.ts';
import { eraseIfSettled, noteErasure } from '../users/erase-user.ts';
import { languageOfUser, rememberUser } from '../users/remember-user.ts';

export type UpdateOutcome =
  | 'answered'
  | 'approved'
  | 'refused'
  | 'payment_accepted'
  | 'payment_to_refund'
  | 'payment_foreign'
  | 'refund_recorded'
  | 'seen_before'
  | 'ignored';

// Telegram cancels the payment after ten seconds; the answer itself needs some of them.
const JUDGING_MAX_MS = 6_500;

// A button stays in the chat for good; what it deletes must be what its question was about.
const CONFIRMED_WITHIN_MS = 3_600_000;

/**
 * One update of the bot. A failure is thrown only where Telegram's repeat can help, which is for money; everything else
 * must not block the chat's later updates.
 */
export async function takeUpdate(deps: ShopDeps, update: WebhookUpdate): Promise<UpdateOutcome> {
  switch (update.kind) {
    case 'pre_checkout':
      return answerPreCheckout(deps, update);
    case 'payment': {
      const { outcome } = await recordPayment(deps, update);
      switch (outcome) {
        case 'accepted':
          return 'payment_accepted';
        case 'to_refund':
          return 'payment_to_refund';
        case 'needs_human':
          return 'payment_foreign';
        case 'already_recorded':
          return 'seen_before';
      }
      break;
    }
    case 'refunded_payment':
      return (await recordTelegramRefund(deps, { ...update, stars: update.totalAmount })) === 'already_recorded'
        ? 'seen_before'
        : 'refund_recorded';
    case 'message':
      return takeMessage(deps, update);
    case 'member':
      await markUnreachable(deps.db, update.userId, update.blocked);
      return 'answered';
    case 'callback':
      return takeCallback(deps, update);
    case 'other':
      if (update.unreadable) deps.log.error('update_unreadable', { what: update.what });
      return 'ignored';
  }
}

async function answerPreCheckout(deps: ShopDeps, query: PreCheckoutUpdate): Promise<UpdateOutcome> {
  const judged = inTime(judgePreCheckout(deps, query), 'unavailable', deps);
  // Asked beside the judgement, for a refusal; without a database Telegram's word must do.
  const spoken = inTime(
    languageOfUser(deps.db, query.userId, query.languageCode),
    languageOf(null, query.languageCode),
    deps,
  );
  const refusal = await judged;
  if (refusal !== null) deps.log.info('pre_checkout_refused', { refusal });
  const language = await spoken;
  try {
    await deps.telegram.answerPreCheckoutQuery(
      query.queryId,
      refusal === null ? { ok: true } : { ok: false, errorMessage: preCheckoutMessages[language][refusal] },
    );
  } catch (error) {
    // A query that Telegram has given up stays refused: its repeats would only hold up the buyer's next try.
    if (!(error instanceof TelegramRefusedError) || error.status !== 400) throw error;
    deps.log.warn('pre_checkout_not_answered', { error });
    return 'ignored';
  }
  return refusal === null ? 'approved' : 'refused';
}

/** A judgement that fails or takes too long is a no: then no Star moves. */
async function inTime<Answer>(asked: Promise<Answer>, otherwise: Answer, { log }: ShopDeps): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), JUDGING_MAX_MS);
  });
  try {
    return await Promise.race([asked, patience]);
  } catch (error) {
    log.error('pre_checkout_failed', { error });
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

async function takeMessage(deps: ShopDeps, message: MessageUpdate): Promise<UpdateOutcome> {
  if (!message.isPrivate) return 'ignored';
  const language = await rememberUser(deps.db, { id: message.userId, languageCode: message.languageCode });
  if (!(await isFirstSight(deps.db, message))) return 'seen_before';
  await markUnreachable(deps.db, message.userId, false);
  const { config } = deps;
  try {
    await answerMessage(deps.telegram, message, {
      language,
      appUrl: config.appUrl,
      shopName: config.shopName,
      supportContact: config.supportContact,
      deliveryDeadlineS: config.deliveryDeadlineS,
      now: deps.now(),
    });
  } catch (error) {
    // An unanswered greeting is repeated by the person, not by Telegram holding up the chat.
    deps.log.warn('message_not_answered', { error });
  }
  return 'answered';
}

async function takeCallback(deps: ShopDeps, callback: CallbackUpdate): Promise<UpdateOutcome> {
  const askedAt = questionTime(callback.data);
  const outcome = askedAt === null ? 'answered' : await takeConfirmation(deps, callback, askedAt);
  await deps.telegram.answerCallbackQuery(callback.queryId).catch((error: unknown) => {
    deps.log.warn('callback_not_answered', { error });
  });
  return outcome;
}

/** Only whoever the question was put to can press its button, in their own chat. */
async function takeConfirmation(deps: ShopDeps, callback: CallbackUpdate, askedAt: Date): Promise<UpdateOutcome> {
  const { db, telegram, log } = deps;
  const { userId } = callback;
  const language = await languageOfUser(db, userId, callback.languageCode);
  const now = deps.now();
  const isMeant = Math.abs(now.getTime() - askedAt.getTime()) <= CONFIRMED_WITHIN_MS;
  // Both or neither: what is seen as a repeat has been noted.
  const isNew = await db.transaction(async (tx) => {
    if (!(await isFirstSight(tx, callback))) return false;
    if (isMeant) await noteErasure(tx, userId);
    return true;
  });
  if (!isNew) return 'seen_before';
  const answer = isMeant ? await eraseAndSay(deps, userId, language) : askToDelete({ language, now });
  await telegram.sendMessage(userId, answer).catch((error: unknown) => {
    log.warn('message_not_answered', { error });
  });
  return 'answered';
}

async function eraseAndSay(deps: ShopDeps, userId: number, language: Language): Promise<TextMessage> {
  const { erasure } = botMessages[language];
  try {
    return { html: erasure[await eraseIfSettled(deps, userId)]().html };
  } catch (error) {
    deps.log.error('erasure_failed', { error });
    return { html: erasure.later().html };
  }
}

async function isFirstSight(db: Sql, { updateId, kind }: MessageUpdate | CallbackUpdate): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO inbox (source, event_key, kind, outcome) VALUES ('telegram', $1, $2, 'handled')
     ON CONFLICT DO NOTHING RETURNING kind`,
    [String(updateId), kind],
  );
  return rows.length > 0;
}
