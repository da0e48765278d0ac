import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { BadInput } from '../context.ts';
import type { SandboxContext, TelegramSimulator } from '../context.ts';
import { BotApiError } from './bot-api-error.ts';
import { createBotMethods } from './bot-methods.ts';
import type { BotMethod, MethodAnswer } from './bot-methods.ts';
import { DEFAULT_RATE_PER_S, loadBotState } from './bot-state.ts';
import { CallParams, readCallParams } from './call-params.ts';
import { findCommands } from './formatted-text.ts';
import { signInitData, toLaunchJson } from './init-data.ts';
import { describeBotForUser } from './bot-profile.ts';
import { describeBot, findMessage, listChat, toBotMessage } from './messages.ts';
import { payInvoice, previewInvoice } from './payment-sheet.ts';
import {
  deliverPosted,
  draftUpdate,
  draftUserMessage,
  sendUpdate,
  storeUpdateSql,
  storeUpdateValues,
  unixSeconds,
} from './service-updates.ts';
import type { CallbackAnswer, PostedRow, TelegramWorld } from './service-updates.ts';
import { readLedger, takeChargeBack } from './stars.ts';
import { clearTables, createTables } from './tables.ts';
import { createUpdateDelivery } from './update-delivery.ts';
import { changeUser, findUser, meetUser, toBotUser, toPrivateChat } from './users.ts';

const userId = z.int().positive();
const initDataInput = z.object({
  user: z.looseObject({
    id: userId,
    first_name: z.string().optional(),
    language_code: z.string().min(1).optional(),
  }),
  start_param: z
    .string()
    .regex(/^[\w-]{0,512}$/)
    .optional(),
});
const payInput = z.object({
  invoice_url: z.string(),
  user_id: userId,
  /** The user closes the sheet without paying. */
  cancel: z.boolean().optional(),
  /** Only what the sheet shows; nothing happens. */
  preview: z.boolean().optional(),
});
const messageInput = z.object({ user_id: userId, text: z.string().min(1).max(4_096) });
const tapInput = z.object({ user_id: userId, message_id: z.int().positive(), data: z.string() });
const setInput = z.strictObject({
  rate_per_s: z.number().min(0).optional(),
  user: z
    .strictObject({
      id: userId,
      stars: z.int().min(0).optional(),
      blocked: z.boolean().optional(),
      can_write: z.boolean().optional(),
      language: z.string().min(1).optional(),
    })
    .optional(),
  refund: z.strictObject({ charge_id: z.string().min(1) }).optional(),
});

/** How long a tap waits for the bot's `answerCallbackQuery` before the client stops showing progress. */
const CALLBACK_PATIENCE_MS = 3_000;

export function createTelegramSimulator(context: SandboxContext): TelegramSimulator {
  let running: { world: TelegramWorld; methods: ReadonlyMap<string, BotMethod> } | null = null;
  let recentCallsMs: number[] = [];

  function started(): { world: TelegramWorld; methods: ReadonlyMap<string, BotMethod> } {
    if (running === null) throw new Error('The Telegram simulator has not been started');
    return running;
  }

  async function call(name: string, readParams: () => Promise<CallParams>): Promise<MethodAnswer> {
    const { methods, world } = started();
    const method = methods.get(name.toLowerCase());
    if (method === undefined) throw new BotApiError(404, 'Not Found: method not found');
    if (method.isRateLimited) countCall(world.state.current.ratePerS);
    return method.run(await readParams());
  }

  function countCall(ratePerS: number): void {
    if (ratePerS === 0) return;
    const nowMs = context.clock.now().getTime();
    recentCallsMs = recentCallsMs.filter((atMs) => nowMs - atMs < 1_000);
    if (recentCallsMs.length >= ratePerS) throw new BotApiError(429, 'Too Many Requests: retry after 1', 1);
    recentCallsMs.push(nowMs);
  }

  async function runWebhookAnswer(body: string): Promise<void> {
    if (!body.startsWith('{')) return;
    try {
      const { method, ...params } = z.looseObject({ method: z.string() }).parse(JSON.parse(body));
      await call(method, async () => new CallParams(new Map(Object.entries(params))));
    } catch (error) {
      // Most answers carry no call; and when one fails, Telegram tells nobody.
      if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof BotApiError) return;
      throw error;
    }
  }

  return {
    async start() {
      await createTables(context.sql);
      const state = await loadBotState(context.sql);
      const delivery = createUpdateDelivery(context, state, runWebhookAnswer);
      const world: TelegramWorld = { context, state, delivery, preCheckouts: new Map(), callbacks: new Map() };
      running = { world, methods: createBotMethods(world) };
      await delivery.resume();
    },

    async stop() {
      running?.world.delivery.stop();
    },

    async reset() {
      const { world } = started();
      for (const answer of world.preCheckouts.values()) answer({ ok: false, errorMessage: 'the sandbox was reset' });
      world.delivery.forget();
      recentCallsMs = [];
      await clearTables(context.sql);
      await world.state.change({ ratePerS: DEFAULT_RATE_PER_S });
    },

    async handle(request, path) {
      const [, token, method] = /^\/bot([^/]*)\/([^/]+)\/?$/.exec(path) ?? [];
      try {
        checkToken(token === undefined ? '' : decodeURIComponent(token), context.keys.botToken);
        return Response.json({ ok: true, ...(await call(method ?? '', () => readCallParams(request))) });
      } catch (error) {
        if (!(error instanceof BotApiError)) throw error;
        return refuse(error);
      }
    },

    async initData(input) {
      const { user: known, start_param: startParam } = readInput(initDataInput, input);
      const { id, ...profile } = known;
      const user = await meetUser(context.sql, id, profile);
      const launchUser = {
        id,
        ...user.profile,
        ...(user.canWrite && !user.blocked ? { allows_write_to_pm: true } : {}),
      };
      const initData = signInitData(context.keys.botToken, {
        ...(startParam === undefined
          ? { query_id: `AA${randomBytes(16).toString('base64url')}` }
          : { chat_instance: String(randomBytes(8).readBigInt64BE()), chat_type: 'sender', start_param: startParam }),
        user: toLaunchJson(launchUser),
        // Verifiers compare with real time, so a clock that was moved ahead must not make logins of the future.
        auth_date: String(unixSeconds(new Date())),
      });
      return Response.json({ init_data: initData });
    },

    async pay(input) {
      const { invoice_url: invoiceUrl, user_id: id, cancel = false, preview = false } = readInput(payInput, input);
      if (preview) return Response.json(await previewInvoice(started().world, { invoiceUrl, userId: id }));
      return Response.json(await payInvoice(started().world, { invoiceUrl, userId: id, isCancelled: cancel }));
    },

    async message(input) {
      const { user_id: id, text } = readInput(messageInput, input);
      const { world } = started();
      const user = await meetUser(context.sql, id);
      if (user.blocked) throw new BadInput('The user has blocked the bot and cannot write to it before unblocking it.');
      const now = context.clock.now();
      const entities = findCommands(text);
      const content = entities.length === 0 ? { text } : { text, entities };
      const draft = draftUpdate(world, 'message', id, draftUserMessage(user, now, content));
      const [row] = await context.sql.query<PostedRow>(
        `with writer as (
          update sandbox.tg_users set can_write = true where id = $1
        ), posted as (
          insert into sandbox.tg_messages (chat_id, sender, kind, text, entities, at)
          values ($1, 'user', 'text', $2, $3::jsonb, $4)
          returning message_id
        ), ${storeUpdateSql(5)}`,
        [id, text, JSON.stringify(entities), now, ...storeUpdateValues(draft)],
      );
      if (row === undefined) throw new Error('PostgreSQL returned no row for an insert');
      return Response.json({ message_id: deliverPosted(world, row) });
    },

    async tap(input) {
      const { user_id: id, message_id: messageId, data } = readInput(tapInput, input);
      const { world } = started();
      const [user, message] = await Promise.all([meetUser(context.sql, id), findMessage(context.sql, id, messageId)]);
      const button = message?.keyboard?.flat().find((each) => each.callback_data === data);
      if (message === null || button === undefined) throw new BadInput('That message has no such button.');
      const query = {
        id: String(randomBytes(8).readBigUInt64BE() >> 1n),
        from: toBotUser(user),
        message: toBotMessage(world, toPrivateChat(user), message),
        chat_instance: String(id),
        data,
      };
      return Response.json(await askCallback(world, query));
    },

    async chat(query) {
      const id = Number(query.get('user_id') ?? Number.NaN);
      if (!Number.isSafeInteger(id) || id === 0) throw new BadInput('user_id must be a number.');
      const [messages, user] = await Promise.all([listChat(context.sql, id), findUser(context.sql, id)]);
      const language = user?.profile.language_code ?? query.get('language') ?? '';
      return Response.json({
        messages,
        user: user === null ? null : { stars: user.stars, blocked: user.blocked, can_write: user.canWrite },
        bot: describeBotForUser(started().world, id, language),
      });
    },

    async ledger() {
      const entries = await readLedger(started().world);
      const charges = entries.filter((entry) => entry.kind === 'charge');
      const refunds = entries.filter((entry) => entry.kind === 'refund');
      return {
        charges: charges.map((entry) => ({
          charge_id: entry.charge_id,
          user_id: Number(entry.user_id),
          amount: Number(entry.amount),
          payload: entry.payload,
        })),
        refunds: refunds.map((entry) => ({ charge_id: entry.charge_id })),
      };
    },

    async set(input) {
      const { rate_per_s: ratePerS, user: change, refund } = readInput(setInput, input);
      const { world } = started();
      if (ratePerS !== undefined) await world.state.change({ ratePerS });
      if (change !== undefined) await setUser(world, change);
      if (refund !== undefined) await takeChargeBack(world, refund.charge_id);
    },
  };
}

function checkToken(given: string, own: string): void {
  if (!/^\d+:[\w-]+$/.test(given)) throw new BotApiError(404, 'Not Found');
  if (given !== own) throw new BotApiError(401, 'Unauthorized');
}

function refuse(error: BotApiError): Response {
  const { code, message, retryAfterS } = error;
  const answer = { ok: false, error_code: code, description: message };
  if (retryAfterS === null) return Response.json(answer, { status: code });
  return Response.json(
    { ...answer, parameters: { retry_after: retryAfterS } },
    { status: code, headers: { 'retry-after': String(retryAfterS) } },
  );
}

async function askCallback(
  world: TelegramWorld,
  query: { id: string; from: Record<string, unknown> },
): Promise<unknown> {
  const answered = new AbortController();
  let answer: CallbackAnswer | null = null;
  world.callbacks.set(query.id, (given) => {
    answer = given;
    answered.abort('answered');
  });
  const patience = world.context.clock.sleep(CALLBACK_PATIENCE_MS, answered.signal);
  await sendUpdate(world, draftUpdate(world, 'callback_query', Number(query.from['id']), { ...query }));
  await patience;
  return toTapResult(answer);
}

function toTapResult(answer: CallbackAnswer | null): unknown {
  if (answer === null) return { answered: false };
  return { answered: true, text: answer.text, show_alert: answer.showAlert, url: answer.url };
}

async function setUser(world: TelegramWorld, change: NonNullable<z.infer<typeof setInput>['user']>): Promise<void> {
  const { sql, clock } = world.context;
  const { id, stars, blocked, can_write: canWrite, language } = change;
  const before = await meetUser(sql, id, language === undefined ? {} : { language_code: language });
  await changeUser(sql, id, { stars, blocked, canWrite });
  if (blocked === undefined || blocked === before.blocked) return;
  const bot = describeBot(world);
  const member = { user: bot, status: 'member' };
  const kicked = { user: bot, status: 'kicked', until_date: 0 };
  const content = {
    chat: toPrivateChat(before),
    from: toBotUser(before),
    date: unixSeconds(clock.now()),
    old_chat_member: blocked ? member : kicked,
    new_chat_member: blocked ? kicked : member,
  };
  await sendUpdate(world, draftUpdate(world, 'my_chat_member', id, content));
}

function readInput<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BadInput(`${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'is wrong'}.`);
}
