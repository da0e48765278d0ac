import { spawnSync } from 'node:child_process';

/** Whom the server runs as; null means as ourselves. PostgreSQL refuses to run as root. */
export type Account = { uid: number; gid: number } | null;

const NOBODY = 65534;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function serverAccount(): Account {
  return isRoot() ? { uid: NOBODY, gid: NOBODY } : null;
}

/** Asks the kernel as that user, since modes, ACLs and mount options all have a say. */
export function canEnter(directory: string, account: Account): boolean {
  if (!account) return true;
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', directory], { ...account, cwd: '/' }).status === 0;
}
