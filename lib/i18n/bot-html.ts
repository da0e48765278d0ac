/** Text for Telegram's `parse_mode: HTML`, safe to send. */
export interface BotHtml {
  readonly html: string;
}

/** Escapes every value put in, except what is HTML already. Not named `html`: formatters reflow what carries that tag. */
export function markup(texts: TemplateStringsArray, ...values: readonly (string | number | BotHtml)[]): BotHtml {
  return { html: texts.map((text, i) => text + (i < values.length ? escaped(values[i] ?? '') : '')).join('') };
}

export function joinHtml(parts: readonly BotHtml[], separator: string): BotHtml {
  return { html: parts.map((part) => part.html).join(separator) };
}

/** How Telegram counts a text against its limits: after the tags are read. */
export function visibleLength({ html: source }: BotHtml): number {
  return source.replaceAll(/<[^>]*>/g, '').replaceAll(/&(?:lt|gt|amp|quot);/g, ' ').length;
}

/** The same words where nothing reads HTML; a link is followed by its address. */
export function plainText({ html: source }: BotHtml): string {
  return source
    .replaceAll(/<a href="([^"]*)">(.*?)<\/a>/g, '$2: $1')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function escaped(value: string | number | BotHtml): string {
  if (typeof value === 'object') return value.html;
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
