import { randomInt } from 'node:crypto';
import type { SandboxSql } from '../context.ts';

/** Any number, as long as nobody else locks it: two processes may start on one database at the same moment. */
const CREATE_LOCK = 7_412_090_101;

export async function createTables(sql: SandboxSql): Promise<void> {
  await sql.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [CREATE_LOCK]);
    // The shop remembers update ids for days, so a sandbox made anew must not count from the same number again.
    const firstUpdateId = randomInt(100_000_000, 900_000_000);
    await tx.query(`
      create schema if not exists sandbox;
      create sequence if not exists sandbox.tg_update_id start with ${firstUpdateId};
      create table if not exists sandbox.tg_bot (
        only_row boolean primary key default true check (only_row),
        state jsonb not null
      );
      create table if not exists sandbox.tg_users (
        id bigint primary key,
        profile jsonb not null,
        stars bigint not null default 1000000,
        blocked boolean not null default false,
        can_write boolean not null default true
      );
      create table if not exists sandbox.tg_messages (
        message_id bigserial primary key,
        chat_id bigint not null,
        sender text not null,
        kind text not null,
        text text not null default '',
        entities jsonb,
        keyboard jsonb,
        media jsonb,
        file bytea,
        at timestamptz not null
      );
      create index if not exists tg_messages_chat on sandbox.tg_messages (chat_id, message_id);
      create table if not exists sandbox.tg_invoices (
        slug text primary key,
        title text not null,
        description text not null,
        payload text not null,
        amount bigint not null
      );
      create table if not exists sandbox.tg_transactions (
        seq bigserial primary key,
        kind text not null,
        charge_id text not null,
        user_id bigint not null,
        amount bigint not null,
        payload text not null,
        at timestamptz not null,
        unique (charge_id, kind)
      );
      create table if not exists sandbox.tg_updates (
        update_id bigint primary key default nextval('sandbox.tg_update_id'),
        queue text not null,
        body jsonb not null,
        expires_at timestamptz not null
      );
    `);
  });
}

/** Everything people did; what the bot's owner set up stays. */
export async function clearTables(sql: SandboxSql): Promise<void> {
  await sql.transaction(async (tx) => {
    // In the order in which the simulator's statements lock them, so that a payment under way cannot deadlock with this.
    await tx.query('truncate sandbox.tg_transactions, sandbox.tg_messages, sandbox.tg_updates, sandbox.tg_invoices');
    await tx.query('update sandbox.tg_users set stars = default, blocked = default, can_write = default');
  });
}
