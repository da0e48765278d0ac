/**
 * Statements are unnamed and stand alone: they may run on any connection of a transaction-mode pooler, so session
 * state (SET, LISTEN, session locks, named prepared statements) does not survive from one to the next.
 * A `bigint` arrives as a number and throws beyond 2^53, a `timestamptz` as a Date, a `date` as `YYYY-MM-DD`,
 * `json` and `jsonb` parsed, `numeric` as a string.
 */
export interface Sql {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /**
   * One transaction on one connection; rolled back when `work` throws. Serialization failures and deadlocks
   * (40001, 40P01) are run again, at most 3 times, so `work` must touch nothing but `tx`.
   */
  transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
