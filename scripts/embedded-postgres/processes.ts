import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * True while that process lives and its command line contains `argument`: a process id alone may have gone to somebody
 * else since it was written down. A zombie has no command line and does not count.
 */
export function isRunning(pid: number, argument = ''): boolean {
  if (process.platform === 'win32') return exists(pid);
  const commandLine = readCommandLine(pid);
  return commandLine !== '' && commandLine.includes(argument);
}

/** Windows has no signals to send, so there pg_ctl speaks to the server. */
export function signalPostmaster(pid: number, signal: 'INT' | 'QUIT', bin: string): void {
  if (process.platform === 'win32') {
    spawnSync(path.join(bin, 'pg_ctl.exe'), ['kill', signal, String(pid)], { windowsHide: true });
    return;
  }
  try {
    process.kill(pid, `SIG${signal}`);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function readCommandLine(pid: number): string {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ESRCH')) return '';
      throw error;
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}
