export interface FormPart {
  name: string;
  /** Set for files only. */
  fileName: string | null;
  bytes: Buffer;
}

/**
 * Reads a multipart body as leniently as Telegram does. `Request.formData()` is of no use here: it refuses the
 * unquoted file names that grammY writes. `null` if the body is not multipart at all.
 */
export function readMultipart(contentType: string, body: Buffer): FormPart[] | null {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return null;
  // The first boundary has no line break before it; with one, all look alike.
  const content = Buffer.concat([Buffer.from('\r\n'), body]);
  const separator = Buffer.from(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  let start = content.indexOf(separator);
  for (;;) {
    const end = start === -1 ? -1 : content.indexOf(separator, start + separator.length);
    if (end === -1) return start === -1 ? null : parts;
    const part = readPart(content.subarray(start + separator.length, end));
    if (part !== null) parts.push(part);
    start = end;
  }
}

function readPart(part: Buffer): FormPart | null {
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = part.toString('utf8', 0, headEnd);
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const name = readAttribute(disposition, 'name');
  if (name === null) return null;
  return { name, fileName: readAttribute(disposition, 'filename'), bytes: part.subarray(headEnd + 4) };
}

function readAttribute(header: string, name: string): string | null {
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\r\\n]*))`, 'i').exec(header) ?? [];
  return quoted ?? plain?.trim() ?? null;
}
