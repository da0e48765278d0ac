import { signal } from '@preact/signals-core';
import type { ScreenContext } from '../screen.ts';
import { swap, type Child } from './dom.ts';
import { problemNotice } from './notice.ts';

/** A part whose code is loaded when it is first shown. It belongs to the scope that shows it, however late it comes. */
export function lazy<Module>(
  load: () => Promise<Module>,
  { language, router }: Pick<ScreenContext, 'language' | 'router'>,
  render: (module: Module) => Child,
): Child {
  const loaded = signal<{ module: Module } | 'failed' | null>(null);
  const start = () => {
    loaded.value = null;
    load().then(
      (module) => (loaded.value = { module }),
      () => (loaded.value = 'failed'),
    );
  };
  start();
  return swap(
    () => loaded.value,
    (state) => {
      if (state === null) return null;
      if (state === 'failed')
        return problemNotice('offline', language, { retry: start, home: () => router.replace('/') });
      return render(state.module);
    },
  );
}
