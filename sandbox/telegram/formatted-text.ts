import { badRequest } from './bot-api-error.ts';

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** Offsets and lengths count UTF-16 code units, as JavaScript strings do. */
export interface MessageEntity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
}

interface OpenTag {
  name: string;
  at: number;
  attributes: string;
}

const TAG_TYPES: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
  'tg-emoji': 'custom_emoji',
  blockquote: 'blockquote',
};

const NAMED_CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

export function readFormattedText(text: string, parseMode: string, entities: unknown): FormattedText {
  switch (parseMode.toLowerCase()) {
    case '':
      return { text, entities: Array.isArray(entities) ? entities : [] };
    case 'html':
      return parseHtml(text);
    default:
      // Real Telegram knows two Markdown dialects as well; here only HTML is spoken.
      throw badRequest('unsupported parse_mode');
  }
}

function parseHtml(source: string): FormattedText {
  let text = '';
  const entities: MessageEntity[] = [];
  const open: OpenTag[] = [];
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const character = /^&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([\da-f]{1,6}));/i.exec(rest);
    if (character !== null) {
      text += decodeCharacter(character);
      at += character[0].length;
      continue;
    }
    if (source[at] !== '<') {
      text += source[at];
      at += 1;
      continue;
    }
    const tag = /^<(\/?)([a-z][a-z0-9-]*)((?:\s[^<>]*)?)>/i.exec(rest);
    const name = tag?.[2]?.toLowerCase() ?? /^<\/?([^\s>]*)/.exec(rest)?.[1] ?? '';
    const offset = Buffer.byteLength(source.slice(0, at));
    if (tag === null || TAG_TYPES[name] === undefined) {
      throw badRequest(`can't parse entities: Unsupported start tag "${name}" at byte offset ${offset}`);
    }
    if (tag[1] === '') {
      open.push({ name, at: text.length, attributes: tag[3] ?? '' });
    } else {
      const opened = open.pop();
      if (opened === undefined) {
        throw badRequest(`can't parse entities: Unexpected end tag at byte offset ${offset}`);
      }
      if (opened.name !== name) {
        const found = `expected "</${opened.name}>", found "</${name}>"`;
        throw badRequest(`can't parse entities: Unmatched end tag at byte offset ${offset}, ${found}`);
      }
      const entity = toEntity(opened, text.length);
      if (entity !== null) entities.push(entity);
    }
    at += tag[0].length;
  }
  const unclosed = open.pop();
  if (unclosed !== undefined) {
    throw badRequest(`can't parse entities: Can't find end tag corresponding to start tag "${unclosed.name}"`);
  }
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function toEntity(tag: OpenTag, end: number): MessageEntity | null {
  const type = TAG_TYPES[tag.name];
  if (type === undefined || end === tag.at) return null;
  const entity: MessageEntity = { type, offset: tag.at, length: end - tag.at };
  if (type === 'text_link') {
    const url = /href\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))/i.exec(tag.attributes);
    entity.url = url?.[1] ?? url?.[2] ?? url?.[3] ?? '';
    if (entity.url === '') return null;
  }
  return entity;
}

function decodeCharacter(match: RegExpExecArray): string {
  const [, name, decimal, hex] = match;
  if (name !== undefined) return NAMED_CHARACTERS[name.toLowerCase()] ?? '';
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
}

/** Telegram's clients mark commands themselves, so a bot can rely on the entity being there. */
export function findCommands(text: string): MessageEntity[] {
  return [...text.matchAll(/(?<=^|\s)\/[a-z0-9_]{1,32}(?:@\w+)?/gi)].map((match) => ({
    type: 'bot_command',
    offset: match.index,
    length: match[0].length,
  }));
}
