import { signal, type ReadonlySignal } from '@preact/signals-core';
import { codeOf, type ClientErrorCode } from './esimgo-client.ts';

export type Loading<Value> =
  | { kind: 'loading' }
  | { kind: 'failed'; code: ClientErrorCode }
  | { kind: 'ready'; value: Value };

export interface Resource<Value> {
  state: ReadonlySignal<Loading<Value>>;
  /** Asks again. What is shown stays until the answer; a failure replaces it only if there was nothing to show. */
  reload(): Promise<void>;
  /** Puts in a newer value that came another way. */
  set(value: Value): void;
}

/** Something that a screen loads. `known` is shown at once, without a skeleton. */
export function createResource<Value>(load: () => Promise<Value>, known: Value | null = null): Resource<Value> {
  const state = signal<Loading<Value>>(known === null ? { kind: 'loading' } : { kind: 'ready', value: known });
  let latest = 0;
  return {
    state,
    async reload() {
      const turn = (latest += 1);
      if (state.value.kind === 'failed') state.value = { kind: 'loading' };
      try {
        const value = await load();
        if (turn === latest) state.value = { kind: 'ready', value };
      } catch (error) {
        const code = codeOf(error);
        // That it is gone is an answer too.
        const isToShow = state.value.kind !== 'ready' || code === 'not_found';
        if (turn === latest && isToShow) state.value = { kind: 'failed', code };
      }
    },
    set(value) {
      latest += 1;
      state.value = { kind: 'ready', value };
    },
  };
}

export function valueOf<Value>(resource: { state: ReadonlySignal<Loading<Value>> }): Value | null {
  const state = resource.state.value;
  return state.kind === 'ready' ? state.value : null;
}
