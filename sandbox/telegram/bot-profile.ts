import * as z from 'zod';
import { badRequest } from './bot-api-error.ts';
import type { CallParams } from './call-params.ts';
import { checkWebAppUrl } from './reply-markup.ts';
import type { TelegramWorld } from './service-updates.ts';

const command = z.object({
  command: z.string().regex(/^[a-z0-9_]{1,32}$/),
  description: z.string().min(1).max(256),
});
const scope = z.looseObject({ type: z.string() });
const menuButton = z.discriminatedUnion('type', [
  z.object({ type: z.literal('default') }),
  z.object({ type: z.literal('commands') }),
  z.object({ type: z.literal('web_app'), text: z.string().min(1).max(64), web_app: z.object({ url: z.string() }) }),
]);

const TEXT_LIMITS = { name: 64, description: 512, short_description: 120 } as const;
type ProfileText = keyof typeof TEXT_LIMITS;

export async function setProfileText(world: TelegramWorld, field: ProfileText, params: CallParams): Promise<true> {
  const text = params.text(field);
  if ([...text].length > TEXT_LIMITS[field]) throw badRequest(`BOT_${field.toUpperCase()}_TOO_LONG`);
  await store(world, `${field}|${readLanguage(params)}`, text === '' ? undefined : text);
  return true;
}

export function getProfileText(world: TelegramWorld, field: ProfileText, params: CallParams): Record<string, unknown> {
  const { profile } = world.state.current;
  return { [field]: profile[`${field}|${readLanguage(params)}`] ?? profile[`${field}|`] ?? '' };
}

export async function setMyCommands(world: TelegramWorld, params: CallParams): Promise<true> {
  const commands = z.array(z.unknown()).safeParse(params.json('commands', 'commands') ?? []);
  if (!commands.success) throw badRequest('expected an Array of BotCommand');
  if (commands.data.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  const checked = commands.data.map((item) => {
    const parsed = command.safeParse(item);
    if (parsed.success) return parsed.data;
    const isDescription = parsed.error.issues[0]?.path[0] === 'description';
    throw badRequest(isDescription ? 'BOT_COMMAND_DESCRIPTION_INVALID' : 'BOT_COMMAND_INVALID');
  });
  await store(world, commandsKey(params), checked.length === 0 ? undefined : checked);
  return true;
}

export async function deleteMyCommands(world: TelegramWorld, params: CallParams): Promise<true> {
  await store(world, commandsKey(params), undefined);
  return true;
}

export function getMyCommands(world: TelegramWorld, params: CallParams): unknown {
  return world.state.current.profile[commandsKey(params)] ?? [];
}

export async function setChatMenuButton(world: TelegramWorld, params: CallParams): Promise<true> {
  const button = menuButton.safeParse(params.json('menu_button', 'menu button') ?? { type: 'default' });
  if (!button.success) throw badRequest("can't parse menu button: MenuButton has unsupported type");
  if (button.data.type === 'web_app') checkWebAppUrl(button.data.web_app.url, 'menu button');
  await store(world, `menu_button|${params.text('chat_id')}`, button.data);
  return true;
}

export function getChatMenuButton(world: TelegramWorld, params: CallParams): unknown {
  const { profile } = world.state.current;
  return profile[`menu_button|${params.text('chat_id')}`] ?? profile['menu_button|'] ?? { type: 'commands' };
}

/** What a client shows of the bot before anything was said. */
export function describeBotForUser(world: TelegramWorld, userId: number, language: string): Record<string, unknown> {
  const { profile } = world.state.current;
  const short = language.slice(0, 2).toLowerCase();
  return {
    username: world.context.keys.botUsername,
    name: profile[`name|${short}`] ?? profile['name|'] ?? 'eSIM',
    description: profile[`description|${short}`] ?? profile['description|'] ?? '',
    menu_button: profile[`menu_button|${userId}`] ?? profile['menu_button|'] ?? null,
  };
}

function commandsKey(params: CallParams): string {
  const given = params.json('scope', 'BotCommandScope') ?? { type: 'default' };
  const parsed = scope.safeParse(given);
  if (!parsed.success) throw badRequest("can't parse BotCommandScope: Unsupported type specified");
  const { type, chat_id: chatId = '', user_id: userId = '' } = parsed.data;
  return ['commands', type, String(chatId), String(userId), readLanguage(params)].join('|');
}

function readLanguage(params: CallParams): string {
  const language = params.text('language_code');
  if (language !== '' && !/^[a-z]{2}$/.test(language)) throw badRequest('invalid language code specified');
  return language;
}

async function store(world: TelegramWorld, key: string, value: unknown): Promise<void> {
  const { [key]: _, ...others } = world.state.current.profile;
  await world.state.change({ profile: value === undefined ? others : { ...others, [key]: value } });
}
