import './help.css';
import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
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
import type { Answer, Topic } from './content.ts';
import { findAnswers } from './find-answers.ts';
import { helpMessages } from './messages.ts';

/** The texts are long and of one language only, so each language is a file of its own. */
const CONTENT: Record<Language, () => Promise<{ topics: readonly Topic[] }>> = {
  en: () => import('./content-en.ts'),
  ru: () => import('./content-ru.ts'),
};

const MOST_ASKED: readonly string[] = ['device', 'how', 'no-internet', 'refunds'];

type PartId = 'language' | 'data';

interface Found {
  /** Parts of this page that were asked for. */
  parts: PartId[];
  answers: Answer[];
  /** True when nothing was found and these are offered instead. */
  isGuess: boolean;
  /** What these answers are; empty where it needs no saying. */
  title: string;
}

export function render(context: ScreenContext): HTMLElement {
  const { language } = context;
  const messages = helpMessages[language];
  const content = createResource(async () => (await CONTENT[language]()).topics);
  const query = signal('');
  const isAsked = computed(() => query.value.trim() !== '');
  void content.reload();
  return h(
    'div',
    { class: 'help' },
    h('h1', { class: 'screen__title' }, messages.title),
    searchField(query, { label: messages.search, clearLabel: messages.clear }),
    faces(content, context, {
      loading: () => h('div', { class: 'help__topics' }, skeletonList(7), skeletonList(5), skeletonBlock(96)),
      ready: (topics) =>
        swap(
          () => isAsked.value,
          (hasQuestion) =>
            hasQuestion
              ? renderFound(
                  computed(() => find(topics(), query.value, language)),
                  context,
                )
              : renderTopics(topics(), context),
        ),
    }),
    renderContact(context),
    h(
      'div',
      { class: 'help__topics', hidden: () => isAsked.value },
      renderLanguage(context, (choice) => {
        if (context.query.get('to') === 'language') leadTo(choice, content);
      }),
      renderData(context),
    ),
  );
}

function find(topics: readonly Topic[], query: string, language: Language): Found {
  const { data, language: languageTitle, mostAsked, nearest, words } = helpMessages[language];
  const answers = topics.flatMap((topic) => topic.answers);
  const ownParts = [
    { id: 'language', question: languageTitle, words: words.language },
    { id: 'data', question: `${data.erase} ${data.title}`, words: words.data },
  ] as const;
  const { items, isGuess } = findAnswers([...ownParts, ...answers], query);
  const found = {
    parts: ownParts.filter((part) => items.includes(part)).map(({ id }) => id),
    answers: items.flatMap((item) => answers.find((answer) => answer === item) ?? []),
  };
  if (!isGuess) return { ...found, isGuess, title: '' };
  if (items.length > 0) return { ...found, isGuess, title: nearest };
  return { parts: [], answers: answers.filter(({ id }) => MOST_ASKED.includes(id)), isGuess, title: mostAsked };
}

function renderTopics(topics: readonly Topic[], context: ScreenContext): Child {
  return h(
    'div',
    { class: 'help__topics' },
    topics.map(({ title, answers }) =>
      section({ title }, card(answers.map((answer) => renderAnswer(answer, context.query.get('topic'), context)))),
    ),
  );
}

function renderFound(found: ReadonlySignal<Found>, context: ScreenContext): Child {
  const { nothing } = helpMessages[context.language];
  return h(
    'div',
    { class: 'help__topics' },
    h(
      'div',
      { class: 'help__nothing', role: 'status' },
      swap(
        () => found.value.isGuess,
        (isEmpty) =>
          isEmpty
            ? notice({
                icon: 'search',
                title: nothing.title,
                text: nothing.text,
                action: { text: nothing.action, onPress: () => openContact(context.session.value) },
              })
            : null,
      ),
    ),
    each(
      () => found.value.parts,
      (id) => id,
      (id) => (id() === 'language' ? renderLanguage(context) : renderData(context)),
    ),
    swap(
      () => (found.value.answers.length > 0 ? found.value.title : null),
      (title) =>
        title === null
          ? null
          : section(
              title === '' ? {} : { title },
              card(
                each(
                  () => found.value.answers,
                  ({ id }) => id,
                  (answer) => renderAnswer(answer(), null, context),
                ),
              ),
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

function renderLanguage(
  { client, language }: ScreenContext,
  onChoice: (choice: HTMLElement) => void = () => {},
): HTMLElement {
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
  onChoice(choice);
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
