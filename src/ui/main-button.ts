import { setMainButton, setSecondaryButton, type BottomButton } from '../telegram.ts';
import { liveEffect, onDispose } from './scope.ts';

/** The screen's primary action, followed live; hidden while it is null and when the screen is left. */
export function mainButton(read: () => BottomButton | null): void {
  liveEffect(() => setMainButton(read()));
  onDispose(() => setMainButton(null));
}

export function secondaryButton(read: () => BottomButton | null): void {
  liveEffect(() => setSecondaryButton(read()));
  onDispose(() => setSecondaryButton(null));
}
