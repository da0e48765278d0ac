export type TopicId = 'start' | 'install' | 'trouble' | 'money' | 'terms';

export interface Answer {
  /** What a link can name: `/help?topic=terms`. */
  id: string;
  question: string;
  /** What else people call it; it is never shown. */
  words?: string;
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
  money: ['stars', 'price', 'refunds', 'not-delivered', 'receipt', 'top-up'],
  terms: ['terms', 'privacy'],
} as const satisfies Record<TopicId, readonly string[]>;
