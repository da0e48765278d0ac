export type TopicId = 'start' | 'install' | 'trouble' | 'money' | 'terms';

export interface Answer {
  /** What a link can name: `/help?topic=terms`. */
  id: string;
  question: string;
  /** Paragraphs; a list item begins with a dash, and `{deadline}` is what the server promises. */
  text: readonly string[];
}

export interface Topic {
  id: TopicId;
  title: string;
  answers: readonly Answer[];
}

/** Every language answers the same questions. */
export const ANSWER_IDS = {
  start: ['what', 'device', 'number', 'when', 'where', 'hotspot', 'unlimited'],
  install: ['how', 'by-hand', 'keep-sim', 'second-phone', 'new-phone'],
  trouble: ['no-internet', 'slow', 'no-install', 'usage-late'],
  money: ['stars', 'price', 'refunds', 'not-delivered', 'top-up'],
  terms: ['terms', 'privacy'],
} as const satisfies Record<TopicId, readonly string[]>;

/** Answers in which every word is found, wherever it stands. */
export function findAnswers(topics: readonly Topic[], query: string): Topic[] {
  const words = normal(query)
    .split(' ')
    .filter((word) => word !== '');
  if (words.length === 0) return [...topics];
  return topics
    .map((topic) => ({
      ...topic,
      answers: topic.answers.filter(({ question, text }) => {
        const all = normal([topic.title, question, ...text].join(' '));
        return words.every((word) => all.includes(word));
      }),
    }))
    .filter(({ answers }) => answers.length > 0);
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
