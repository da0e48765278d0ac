import { badRequest } from './bot-api-error.ts';
import { readMultipart } from './multipart.ts';

export interface UploadedFile {
  name: string;
  bytes: Buffer;
}

/**
 * The parameters of one Bot API call. The Bot API reads everything as text, whatever the body's form was:
 * nested values may arrive as JSON or as a string that holds JSON, numbers as numbers or digits.
 */
export class CallParams {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #files: ReadonlyMap<string, UploadedFile>;

  constructor(values: ReadonlyMap<string, unknown>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.#values = values;
    this.#files = files;
  }

  /** Empty when absent, as the Bot API has it. */
  text(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  requiredText(name: string): string {
    const text = this.text(name);
    if (text === '') throw badRequest(`parameter "${name}" is required`);
    return text;
  }

  has(name: string): boolean {
    return this.text(name) !== '';
  }

  integer(name: string): number | null {
    const text = this.text(name);
    return /^-?\d{1,16}$/.test(text) ? Number(text) : null;
  }

  flag(name: string): boolean {
    return ['true', 'yes', '1'].includes(this.text(name).toLowerCase());
  }

  /** `undefined` when absent; `whatItIs` completes Telegram's sentence for broken JSON. */
  json(name: string, whatItIs: string): unknown {
    const value = this.#values.get(name);
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${whatItIs} JSON object`);
    }
  }

  /** A file sent in the field itself or, as `attach://part`, in a part of its own. */
  file(name: string): UploadedFile | null {
    const attached = /^attach:\/\/(.+)$/.exec(this.text(name))?.[1];
    return this.#files.get(attached ?? name) ?? null;
  }
}

export async function readCallParams(request: Request): Promise<CallParams> {
  const values = new Map<string, unknown>(new URL(request.url).searchParams);
  const files = new Map<string, UploadedFile>();
  if (request.method === 'GET' || request.method === 'HEAD') return new CallParams(values);

  const type = request.headers.get('content-type') ?? '';
  if (type.startsWith('multipart/form-data')) {
    const parts = readMultipart(type, Buffer.from(await request.arrayBuffer()));
    if (parts === null) throw badRequest("can't parse multipart body");
    for (const { name, fileName, bytes } of parts) {
      if (fileName === null) values.set(name, bytes.toString('utf8'));
      else files.set(name, { name: fileName, bytes });
    }
  } else if (type.startsWith('application/json')) {
    for (const [name, value] of Object.entries(readJsonObject(await request.text()))) values.set(name, value);
  } else {
    for (const [name, value] of new URLSearchParams(await request.text())) values.set(name, value);
  }
  return new CallParams(values, files);
}

function readJsonObject(text: string): object {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Answered below, together with JSON that is not an object.
  }
  throw badRequest("can't parse JSON encoded arguments");
}
