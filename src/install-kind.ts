import { platform } from './telegram.ts';

export type InstallKind = 'ios' | 'android' | 'other';

/** Where a link can start the installation. Desktop and web clients show the code to a phone's camera instead. */
export function installKind(): InstallKind {
  if (platform === 'ios') return 'ios';
  return platform === 'android' || platform === 'android_x' ? 'android' : 'other';
}
