import type { ScreenContext } from '../screen.ts';
import type { Resource } from '../resource.ts';
import { h, swap, type Child } from './dom.ts';
import { problemNotice } from './notice.ts';

/**
 * The faces of what a screen loads: skeleton, failure with a way on, content. The content is made once and given an
 * accessor, so that a refresh patches it. What "empty" means is the content's to know.
 */
export function faces<Value>(
  resource: Resource<Value>,
  { language, router }: Pick<ScreenContext, 'language' | 'router'>,
  looks: { loading: () => Child; ready: (value: () => Value) => Child },
): HTMLElement {
  return h(
    'div',
    { class: 'screen__body', 'aria-busy': () => resource.state.value.kind === 'loading' },
    swap(
      () => {
        const state = resource.state.value;
        return state.kind === 'failed' ? state.code : state.kind;
      },
      (face) => {
        if (face === 'loading') return looks.loading();
        if (face !== 'ready') {
          return problemNotice(face, language, {
            retry: () => void resource.reload(),
            home: () => router.replace('/'),
          });
        }
        let last: { value: Value } | null = null;
        return looks.ready(() => {
          const state = resource.state.value;
          if (state.kind === 'ready') last = state;
          if (last === null) throw new Error('content was shown before there was any');
          return last.value;
        });
      },
    ),
  );
}
