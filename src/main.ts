import type { Destination } from '../lib/contract/catalogue.ts';
import { ESIMGoClient } from './esimgo-client.ts';

const isRussian = navigator.language.startsWith('ru');
const words = isRussian
  ? {
      title: 'eSIM для поездок',
      loading: 'Загружаем направления',
      failed: 'Не удалось загрузить направления.',
      retry: 'Повторить',
      empty: 'Пока нет направлений.',
      from: 'от',
    }
  : {
      title: 'eSIM for your trip',
      loading: 'Loading destinations',
      failed: 'The destinations could not be loaded.',
      retry: 'Try again',
      empty: 'No destinations yet.',
      from: 'from',
    };
const names = new Intl.DisplayNames([navigator.language], { type: 'region', fallback: 'code' });
const client = new ESIMGoClient();
const page = document.createElement('main');

document.documentElement.lang = isRussian ? 'ru' : 'en';
document.title = words.title;
document.body.append(page);
// Telegram Web frames the app and shows it once it says that it is there.
if (window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType: 'web_app_ready' }), '*');
void show();

async function show(): Promise<void> {
  render(element('p', 'note', words.loading));
  try {
    const countries = (await client.getDestinations()).filter(({ kind }) => kind === 'country');
    const rows = countries.map(renderRow).sort((one, other) => one.title.localeCompare(other.title));
    const list = element('ul', 'list');
    list.append(...rows.map(({ row }) => row));
    render(rows.length > 0 ? list : element('p', 'note', words.empty));
  } catch {
    const retry = element('button', 'retry', words.retry);
    retry.addEventListener('click', () => void show());
    render(element('p', 'note', words.failed), retry);
  }
}

function renderRow({ code, from_stars }: Destination): { title: string; row: HTMLElement } {
  const title = /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code;
  const row = element('li', 'list__row');
  row.append(element('span', 'list__title', title), element('span', 'list__price', `${words.from} ${from_stars} ⭐`));
  return { title, row };
}

function render(...content: HTMLElement[]): void {
  page.replaceChildren(element('h1', 'title', words.title), ...content);
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
