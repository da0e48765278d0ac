import { inspect } from 'node:util';

export interface SecretValues {
  databaseUrl: string | null;
  databaseUrlUnpooled: string | null;
  postgresUrl: string | null;
  kv: { url: string; token: string } | null;
  esimGoApiKey: string;
  esimGoApiKeyPrevious: string | null;
  telegramBotToken: string;
  telegramWebhookSecret: string;
  cronSecret: string;
  dataKey: string;
  dataKeyPrevious: string | null;
  smtpUrl: string | null;
}

/** Holds what must never be printed: JSON, templates and inspection show `[secret]`. */
export class Secrets {
  readonly #values: SecretValues;

  constructor(values: SecretValues) {
    this.#values = values;
  }

  get<Name extends keyof SecretValues>(name: Name): SecretValues[Name] {
    return this.#values[name];
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
