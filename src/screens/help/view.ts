import './help.css';
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import type { Language } from '../../../lib/contract/session.ts';
import { openContact } from '../../contact.ts';
import { deadlineWords } from '../../deadline-words.ts';
import { chooseLanguage } from '../../language.ts';
import { createResource, type Resource } from '../../resource.ts';
import type { ScreenContext } from '../../screen.ts';
import { accordion } from '../../ui/accordion.ts';
import { card, section } from '../../ui/card.ts';
import { segmented } from '../../ui/choice.ts';
import { each, h, swap, type Child } from '../../ui/dom.ts';
import { faces } from '../../ui/faces.ts';
import { icon } from '../../ui/icon.ts';
import { list, listRow } from '../../ui/list-row.ts';
import { notice } from '../../ui/notice.ts';
import { laterInScope, liveEffect } from '../../ui/scope.ts';
import { searchField } from '../../ui/search-field.ts';
import { skeletonBlock, skeletonList } from '../../ui/skeleton.ts';
import { findAnswers, type Answer, type Topic } from './content.ts';
import { helpMessages } from './messages.ts';

/** The texts are long and of one language only, so each language is a file of its own. */
const CONTENT: Record<Language, () => Promise<{ topics: readonly Topic[] }>> = {
  en: () => import('./content-en.ts'),
  ru: () => import('./content-ru.ts'),
};

export function render(context: ScreenContext): HTMLElement {
  const { language } = context;
  const messages = helpMessages[language];
  const content = createResource(async () => (await CONTENT[language]()).topics);
  const query = signal('');
  void content.reload();
  return h(
    'div',
    { class: 'help' },
    h('h1', { class: 'screen__title' }, messages.title),
    searchField(query, { label: messages.search, clearLabel: messages.clear }),
    faces(content, context, {
      loading: () => h('div', { class: 'help__topics' }, skeletonList(7), skeletonList(5), skeletonBlock(96)),
      ready: (topics) =>
        renderTopics(
          computed(() => findAnswers(topics(), query.value)),
          query,
          context,
        ),
    }),
    renderContact(context),
    renderLanguage(content, context),
    renderData(context),
  );
}

function renderTopics(found: ReadonlySignal<Topic[]>, query: Signal<string>, context: ScreenContext): Child {
  const messages = helpMessages[context.language];
  const wanted = context.query.get('topic');
  return h(
    'div',
    { class: 'help__topics' },
    each(
      () => found.value,
      ({ id }) => id,
      (topic) =>
        section(
          { title: topic().title },
          card(
            each(
              () => topic().answers,
              ({ id }) => id,
              (answer) => renderAnswer(answer(), wanted, context),
            ),
          ),
        ),
    ),
    h(
      'div',
      { class: 'help__nothing', role: 'status' },
      swap(
        () => query.value.trim() !== '' && found.value.length === 0,
        (isEmpty) => (isEmpty ? notice({ icon: 'search', ...messages.nothing }) : null),
      ),
    ),
  );
}

function renderAnswer(
  { id, question, text }: Answer,
  wanted: string | null,
  { language, session }: ScreenContext,
): HTMLElement {
  const isWanted = id === wanted;
  const details = accordion(
    question,
    () =>
      text.map((paragraph) =>
        h('p', { class: 'help__text selectable' }, () =>
          paragraph.replace('{deadline}', deadlineWords(session.value, language)),
        ),
      ),
    { isOpen: isWanted },
  );
  // The screen stands only after this; a link leads to its answer, not to the top.
  if (isWanted) liveEffect(() => void requestAnimationFrame(() => details.scrollIntoView({ block: 'center' })));
  return details;
}

function renderContact({ language, session }: ScreenContext): HTMLElement {
  const messages = helpMessages[language];
  return section(
    { title: messages.contactTitle, note: messages.contact.note },
    list(
      listRow({
        leading: icon('send'),
        title: messages.contact.title,
        subtitle: () => session.value?.support_contact ?? messages.contact.bot,
        onPress: () => openContact(session.value),
      }),
    ),
  );
}

function renderLanguage(topics: Resource<readonly Topic[]>, context: ScreenContext): HTMLElement {
  const { client, language, query } = context;
  const chosen = signal<Language>(language);
  liveEffect(() => {
    if (chosen.value === language) return;
    chooseLanguage(chosen.value);
    // For the bot too; a failure is made up for at the next opening.
    client.chooseLanguage(chosen.value).catch(() => {});
  });
  const choice = segmented(
    helpMessages[language].language,
    [
      { value: 'ru', text: 'Русский' },
      { value: 'en', text: 'English' },
    ],
    chosen,
  );
  if (query.get('to') === 'language') leadTo(choice, topics);
  return section({ title: helpMessages[language].language }, choice);
}

/** Only once what stands above is there, or it would be pushed out of sight again. */
function leadTo(part: HTMLElement, above: Resource<readonly Topic[]>): void {
  part.tabIndex = -1;
  liveEffect(() => {
    if (above.state.value.kind === 'loading') return;
    const frame = requestAnimationFrame(() => {
      part.scrollIntoView({ block: 'center' });
      part.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  });
}

function renderData({ language, client }: ScreenContext): HTMLElement {
  const { data } = helpMessages[language];
  const onScreen = laterInScope();
  return section(
    { title: data.title },
    list(
      listRow({
        title: data.erase,
        // Few ever open it, so it is loaded then.
        onPress: () =>
          void import('./delete-data-sheet.ts').then(({ showDeleteData }) =>
            onScreen(() => showDeleteData(client, language)),
          ),
      }),
    ),
  );
}
