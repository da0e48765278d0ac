import type { Config } from './config/config.ts';
import type { Keyring } from './db/sealed-text.ts';
import type { Database } from './db/sql.ts';
import type { EsimGoClient } from './esim-go/client.ts';
import type { Kv } from './kv/kv.ts';
import type { Mailer } from './mail/mailer.ts';
import type { Log } from './log/log.ts';
import type { TelegramApi } from './telegram/bot-api.ts';

/** What the domain's verbs work with. `lib/app.ts` makes the one real set; tests make their own. */
export interface ShopDeps {
  db: Database;
  kv: Kv;
  supplier: EsimGoClient;
  telegram: TelegramApi;
  /** Null where no mail server is set. */
  mailer: Mailer | null;
  keyring: Keyring;
  config: Config;
  log: Log;
  /** This database's identity, as invoices and eSIM tags carry it. */
  shopId(): Promise<string>;
  /** Goes on after the answer is sent; a failure is logged, never thrown. */
  background(work: Promise<unknown>): void;
  now(): Date;
  /** Aborted when this process is to end: work under way is finished, and no more is begun. */
  stopping: AbortSignal;
}

/** Who caused a change, as the event log names it. */
export type Actor = `user:${number}` | `admin:${number}` | 'telegram' | 'supplier' | 'clock';
