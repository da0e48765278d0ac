interface ImportMetaEnv {
  /** Part of each flag's address. */
  readonly FLAGS_HASH: string;
}
