import type { SandboxSql } from '../context.ts';

export interface WebhookSettings {
  /** Empty when there is no webhook; updates then wait. */
  url: string;
  secretToken: string;
  /** `[]` is Telegram's default: all kinds but a few that this sandbox never sends. */
  allowedUpdates: string[];
  maxConnections: number;
}

/** What the owner of the bot set up. Survives restarts and resets. */
export interface BotSettings {
  webhook: WebhookSettings;
  ratePerS: number;
  /** Texts and commands, by what they are and for whom: `description|ru`, `commands|default|en`. */
  profile: Record<string, unknown>;
}

export interface BotState {
  current: BotSettings;
  change(part: Partial<BotSettings>): Promise<void>;
}

export const DEFAULT_RATE_PER_S = 30;

export const NO_WEBHOOK: WebhookSettings = { url: '', secretToken: '', allowedUpdates: [], maxConnections: 40 };

export async function loadBotState(sql: SandboxSql): Promise<BotState> {
  const rows = await sql.query<{ state: BotSettings }>('select state from sandbox.tg_bot');
  const state: BotState = {
    current: rows[0]?.state ?? { webhook: NO_WEBHOOK, ratePerS: DEFAULT_RATE_PER_S, profile: {} },
    async change(part) {
      state.current = { ...state.current, ...part };
      await sql.query(
        `insert into sandbox.tg_bot (state) values ($1::jsonb)
         on conflict (only_row) do update set state = excluded.state`,
        [JSON.stringify(state.current)],
      );
    },
  };
  return state;
}
