import type { SandboxSql } from '../context.ts';
import { badRequest } from './bot-api-error.ts';
import type { CallParams, UploadedFile } from './call-params.ts';
import { readFormattedText } from './formatted-text.ts';
import type { FormattedText, MessageEntity } from './formatted-text.ts';
import { readImageSize } from './image-size.ts';
import { readReplyMarkup } from './reply-markup.ts';
import type { InlineKeyboard } from './reply-markup.ts';
import type { TelegramWorld } from './service-updates.ts';
import { unixSeconds } from './service-updates.ts';
import { checkBotMayWrite, findChat } from './users.ts';
import type { Chat } from './users.ts';

const MAX_TEXT = 4_096;
const MAX_CAPTION = 1_024;
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
const MAX_DOCUMENT_BYTES = 50 * 1024 * 1024;
const CHAT_ACTIONS = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
];

export interface StoredMessage {
  messageId: number;
  chatId: number;
  sender: 'bot' | 'user' | 'service';
  kind: 'text' | 'photo' | 'document';
  text: string;
  entities: MessageEntity[];
  keyboard: InlineKeyboard | null;
  media: Media | null;
  at: Date;
}

interface Media {
  name: string;
  size: number;
  width: number;
  height: number;
}

interface MessageRow {
  message_id: string;
  chat_id: string;
  sender: StoredMessage['sender'];
  kind: StoredMessage['kind'];
  text: string;
  entities: MessageEntity[] | null;
  keyboard: InlineKeyboard | null;
  media: Media | null;
  at: Date;
}

const MESSAGE_COLUMNS = 'message_id, chat_id, sender, kind, text, entities, keyboard, media, at';

export async function sendMessage(world: TelegramWorld, params: CallParams): Promise<unknown> {
  const { id, chat, user } = await findChat(world.context.sql, params.text('chat_id'));
  const text = readText(params);
  const keyboard = readReplyMarkup(params.json('reply_markup', 'reply keyboard markup'), user !== null);
  checkBotMayWrite(user);
  return storeBotMessage(world, { chatId: id, chat, kind: 'text', text, keyboard, media: null, file: null });
}

export async function sendPhoto(world: TelegramWorld, params: CallParams): Promise<unknown> {
  const { id, chat, user } = await findChat(world.context.sql, params.text('chat_id'));
  const text = readCaption(params);
  const keyboard = readReplyMarkup(params.json('reply_markup', 'reply keyboard markup'), user !== null);
  const file = await readFile(world.context.sql, params, 'photo');
  if (file.bytes.length > MAX_PHOTO_BYTES)
    throw badRequest(`file of size ${file.bytes.length} bytes is too big for a photo`);
  const size = readImageSize(file.bytes);
  if (size === null) throw badRequest('IMAGE_PROCESS_FAILED');
  const { width, height } = size;
  if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height)) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS');
  }
  checkBotMayWrite(user);
  const media = { name: file.name, size: file.bytes.length, width, height };
  return storeBotMessage(world, { chatId: id, chat, kind: 'photo', text, keyboard, media, file: file.bytes });
}

export async function sendDocument(world: TelegramWorld, params: CallParams): Promise<unknown> {
  const { id, chat, user } = await findChat(world.context.sql, params.text('chat_id'));
  const text = readCaption(params);
  const keyboard = readReplyMarkup(params.json('reply_markup', 'reply keyboard markup'), user !== null);
  const file = await readFile(world.context.sql, params, 'document');
  if (file.bytes.length > MAX_DOCUMENT_BYTES) throw badRequest('Request Entity Too Large');
  checkBotMayWrite(user);
  const media = { name: file.name, size: file.bytes.length, width: 0, height: 0 };
  return storeBotMessage(world, { chatId: id, chat, kind: 'document', text, keyboard, media, file: file.bytes });
}

export async function editMessageText(world: TelegramWorld, params: CallParams): Promise<unknown> {
  const { chat, message, keyboard } = await readEdit(world, params);
  if (message.kind !== 'text') throw badRequest('there is no text in the message to edit');
  return applyEdit(world, chat, message, { ...readText(params), keyboard });
}

export async function editMessageReplyMarkup(world: TelegramWorld, params: CallParams): Promise<unknown> {
  const { chat, message, keyboard } = await readEdit(world, params);
  return applyEdit(world, chat, message, { text: message.text, entities: message.entities, keyboard });
}

export async function deleteMessage(world: TelegramWorld, params: CallParams): Promise<true> {
  const { id } = await findChat(world.context.sql, params.text('chat_id'));
  const deleted = await world.context.sql.query(
    'delete from sandbox.tg_messages where chat_id = $1 and message_id = $2 returning message_id',
    [id, params.integer('message_id') ?? 0],
  );
  if (deleted.length === 0) throw badRequest('message to delete not found');
  return true;
}

export async function sendChatAction(world: TelegramWorld, params: CallParams): Promise<true> {
  if (!CHAT_ACTIONS.includes(params.text('action'))) throw badRequest('wrong parameter action in request');
  const { user } = await findChat(world.context.sql, params.text('chat_id'));
  checkBotMayWrite(user);
  return true;
}

export async function findMessage(sql: SandboxSql, chatId: number, messageId: number): Promise<StoredMessage | null> {
  const [row] = await sql.query<MessageRow>(
    `select ${MESSAGE_COLUMNS} from sandbox.tg_messages where chat_id = $1 and message_id = $2`,
    [chatId, messageId],
  );
  return row === undefined ? null : toStoredMessage(row);
}

/** A chat as the sandbox's own API shows it: oldest first, files inline. */
export async function listChat(sql: SandboxSql, chatId: number): Promise<unknown[]> {
  const rows = await sql.query<MessageRow & { file: Buffer | null }>(
    `select ${MESSAGE_COLUMNS}, file from sandbox.tg_messages where chat_id = $1 order by message_id`,
    [chatId],
  );
  return rows.map((row) => {
    const { messageId, sender, kind, text, entities, keyboard, media, at } = toStoredMessage(row);
    const file = row.file?.toString('base64');
    return {
      message_id: messageId,
      from: sender,
      type: kind,
      date: unixSeconds(at),
      ...(kind === 'text' ? { text } : { caption: text }),
      entities,
      ...(kind === 'photo' ? { photo_base64: file } : {}),
      ...(kind === 'document' ? { file_name: media?.name, document_base64: file } : {}),
      buttons: keyboard ?? [],
    };
  });
}

export function toBotMessage(world: TelegramWorld, chat: Chat, message: StoredMessage): Record<string, unknown> {
  const { kind, text, entities, keyboard, media } = message;
  const isText = kind === 'text';
  return {
    message_id: message.messageId,
    from: describeBot(world),
    chat,
    date: unixSeconds(message.at),
    ...(text === '' ? {} : { [isText ? 'text' : 'caption']: text }),
    ...(entities.length === 0 ? {} : { [isText ? 'entities' : 'caption_entities']: entities }),
    ...(kind === 'photo' && media !== null ? { photo: [describeFile(message.messageId, media, true)] } : {}),
    ...(kind === 'document' && media !== null ? { document: describeFile(message.messageId, media, false) } : {}),
    ...(keyboard === null ? {} : { reply_markup: { inline_keyboard: keyboard } }),
  };
}

export function describeBot(world: TelegramWorld): Record<string, unknown> {
  const { botToken, botUsername } = world.context.keys;
  const name = world.state.current.profile['name|'];
  const firstName = typeof name === 'string' && name !== '' ? name : 'eSIM';
  return { id: Number(botToken.split(':')[0]), is_bot: true, first_name: firstName, username: botUsername };
}

function describeFile(messageId: number, media: Media, isPhoto: boolean): Record<string, unknown> {
  const ids = { file_id: `sandbox-file-${messageId}`, file_unique_id: `sandbox-${messageId}`, file_size: media.size };
  return isPhoto ? { ...ids, width: media.width, height: media.height } : { ...ids, file_name: media.name };
}

function readText(params: CallParams): FormattedText {
  const formatted = readFormatted(params, 'text', 'entities');
  if (formatted.text.trim() === '') throw badRequest('message text is empty');
  if (formatted.text.length > MAX_TEXT) throw badRequest('message is too long');
  return formatted;
}

function readCaption(params: CallParams): FormattedText {
  const formatted = readFormatted(params, 'caption', 'caption_entities');
  if (formatted.text.length > MAX_CAPTION) throw badRequest('message caption is too long');
  return formatted;
}

function readFormatted(params: CallParams, field: string, entitiesField: string): FormattedText {
  const entities = params.json(entitiesField, 'MessageEntity');
  return readFormattedText(params.text(field), params.text('parse_mode'), entities);
}

async function readFile(sql: SandboxSql, params: CallParams, field: 'photo' | 'document'): Promise<UploadedFile> {
  const file = params.file(field);
  if (file !== null) {
    if (file.bytes.length === 0) throw badRequest('file must be non-empty');
    return file;
  }
  const reference = params.text(field);
  if (reference === '') throw badRequest(`there is no ${field} in the request`);
  // The sandbox fetches nothing from outside.
  if (/^https?:/.test(reference)) throw badRequest('failed to get HTTP URL content');
  const messageId = /^sandbox-file-(\d{1,15})$/.exec(reference)?.[1];
  const [row] = await sql.query<{ file: Buffer; media: Media }>(
    'select file, media from sandbox.tg_messages where message_id = $1 and file is not null',
    [messageId ?? 0],
  );
  if (row === undefined) throw badRequest('wrong file identifier/HTTP URL specified');
  return { name: row.media.name, bytes: row.file };
}

async function storeBotMessage(
  world: TelegramWorld,
  message: {
    chatId: number;
    chat: Chat;
    kind: StoredMessage['kind'];
    text: FormattedText;
    keyboard: InlineKeyboard | null;
    media: Media | null;
    file: Buffer | null;
  },
): Promise<unknown> {
  const { chatId, kind, keyboard, media, file } = message;
  const { text, entities } = message.text;
  const at = world.context.clock.now();
  const [row] = await world.context.sql.query<{ message_id: string }>(
    `insert into sandbox.tg_messages (chat_id, sender, kind, text, entities, keyboard, media, file, at)
     values ($1, 'bot', $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7, $8) returning message_id`,
    [chatId, kind, text, JSON.stringify(entities), toJson(keyboard), toJson(media), file, at],
  );
  const messageId = Number(row?.message_id);
  return toBotMessage(world, message.chat, {
    messageId,
    chatId,
    sender: 'bot',
    kind,
    text,
    entities,
    keyboard,
    media,
    at,
  });
}

async function readEdit(
  world: TelegramWorld,
  params: CallParams,
): Promise<{ chat: Chat; message: StoredMessage; keyboard: InlineKeyboard | null }> {
  const { id, chat, user } = await findChat(world.context.sql, params.text('chat_id'));
  const message = await findMessage(world.context.sql, id, params.integer('message_id') ?? 0);
  if (message === null) throw badRequest('message to edit not found');
  if (message.sender !== 'bot') throw badRequest("message can't be edited");
  const keyboard = readReplyMarkup(params.json('reply_markup', 'reply keyboard markup'), user !== null);
  return { chat, message, keyboard };
}

async function applyEdit(
  world: TelegramWorld,
  chat: Chat,
  message: StoredMessage,
  change: FormattedText & { keyboard: InlineKeyboard | null },
): Promise<unknown> {
  const isSame = (['text', 'entities', 'keyboard'] as const).every(
    (part) => toSortedJson(message[part]) === toSortedJson(change[part]),
  );
  if (isSame) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  }
  await world.context.sql.query(
    'update sandbox.tg_messages set text = $2, entities = $3::jsonb, keyboard = $4::jsonb where message_id = $1',
    [message.messageId, change.text, JSON.stringify(change.entities), toJson(change.keyboard)],
  );
  const edited = toBotMessage(world, chat, { ...message, ...change });
  return { ...edited, edit_date: unixSeconds(world.context.clock.now()) };
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** PostgreSQL keeps the keys of an object in an order of its own. */
function toSortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function toStoredMessage(row: MessageRow): StoredMessage {
  const { sender, kind, text, keyboard, media, at } = row;
  const entities = row.entities ?? [];
  return {
    messageId: Number(row.message_id),
    chatId: Number(row.chat_id),
    sender,
    kind,
    text,
    entities,
    keyboard,
    media,
    at,
  };
}
