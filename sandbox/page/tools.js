// @ts-check
import { balance, isBlocked, refreshChat } from './chat-view.js';
import { byId, h } from './dom.js';
import { startAsNewUser } from './mini-app.js';
import { callSandbox, every } from './sandbox-api.js';
import { changeSettings, newUserId, onSettings, settings } from './settings.js';
import { toast } from './sheets.js';
import { formatStars, t, withStars } from './strings.js';

const SHOWN_CALLS = 200;
const HALF_GIGABYTE = 500_000_000;

/** Set by the buttons of the last group; what is on here is what the sandbox was told last. */
const TROUBLES = /** @type {const} */ ([
  { key: 'slow', target: 'esimgo', rule: { match: { direction: 'in' }, action: 'delay', delay_ms: 5_000 } },
  {
    key: 'lostAnswer',
    target: 'esimgo',
    rule: { match: { method: 'POST', path: '/orders' }, action: 'drop_after', times: 1 },
  },
  { key: 'down', target: 'esimgo', rule: { match: { direction: 'in' }, action: 'error_503' } },
  {
    key: 'lostUpdate',
    target: 'telegram',
    rule: { match: { direction: 'out', body: 'successful_payment' }, action: 'lose', times: 1 },
  },
]);

/** @type {Set<string>} */
const activeTroubles = new Set();

let chosenIccid = '';
let lastCall = 0;
let lastEsims = '';

export function startTools() {
  const esims = h('div', {});
  const calls = h('ol', { className: 'calls' });
  const drawAll = () => {
    byId('tools').replaceChildren(
      h('header', { className: 'tools__head' }, h('h2', {}, t('sandbox')), h('p', {}, t('sandboxText'))),
      group(t('user'), userTools()),
      group(t('esim'), esims),
      group(t('trouble'), troubleTools(drawAll)),
      group(t('calls'), calls),
    );
    lastEsims = '';
  };
  drawAll();
  onSettings(drawAll);
  document.addEventListener('chat-changed', () => {
    const shown = document.getElementById('balance');
    if (shown !== null) shown.replaceChildren(...shownBalance());
    const block = document.getElementById('block');
    if (block !== null) block.setAttribute('aria-pressed', String(isBlocked()));
  });
  every(3, () => refreshEsims(esims));
  every(1, () => refreshCalls(calls));
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 */
function group(title, content) {
  return h('section', { className: 'group' }, h('h3', {}, title), content);
}

function shownBalance() {
  const stars = balance();
  return stars === null ? ['–'] : withStars(formatStars(stars));
}

function userTools() {
  const stars = h('input', { type: 'number', min: '0', value: '1000000', 'aria-label': t('balance') });
  const setStars = (/** @type {Event} */ event) => {
    event.preventDefault();
    return act(() => setUser({ stars: Number(stars.value) }));
  };
  return h(
    'div',
    { className: 'rows' },
    row(
      `id ${settings.userId}`,
      h('button', { className: 'chip', onclick: () => startAsNewUser(newUserId()) }, t('newUser')),
    ),
    row(t('balance'), h('span', { id: 'balance' }, ...shownBalance())),
    h('form', { className: 'row', onsubmit: setStars }, stars, h('button', { className: 'chip' }, t('set'))),
    row(
      t('language'),
      choice('language', [
        ['en', 'English'],
        ['ru', 'Русский'],
      ]),
    ),
    row(
      t('theme'),
      choice('theme', [
        ['light', t('light')],
        ['dark', t('dark')],
      ]),
    ),
    row(
      t('platform'),
      choice('platform', [
        ['ios', 'iOS'],
        ['android', 'Android'],
        ['tdesktop', 'Desktop'],
        ['weba', 'Web'],
      ]),
    ),
    h(
      'button',
      {
        className: 'chip',
        id: 'block',
        'aria-pressed': isBlocked(),
        onclick: () => act(() => setUser({ blocked: !isBlocked() })),
      },
      t('block'),
    ),
  );
}

/** @param {Record<string, unknown>} change */
async function setUser(change) {
  await callSandbox('set', { telegram: { user: { id: settings.userId, ...change } } });
  await refreshChat();
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
function row(label, control) {
  return h('div', { className: 'row' }, h('span', {}, label), control);
}

/**
 * @param {'language' | 'theme' | 'platform'} name
 * @param {[string, string][]} options
 */
function choice(name, options) {
  return h(
    'div',
    { className: 'choice', role: 'group' },
    ...options.map(([value, label]) =>
      h(
        'button',
        { 'aria-pressed': settings[name] === value, onclick: () => changeSettings({ [name]: value }) },
        label,
      ),
    ),
  );
}

/** @param {() => void} redraw */
function troubleTools(redraw) {
  /** @param {'esimgo' | 'telegram'} target */
  const tell = (target) => {
    const rules = TROUBLES.filter((trouble) => trouble.target === target && activeTroubles.has(trouble.key));
    return callSandbox('faults', { target, rules: rules.map(({ rule }) => rule) });
  };
  const buttons = TROUBLES.map(({ key, target }) =>
    h(
      'button',
      {
        className: 'chip',
        'aria-pressed': activeTroubles.has(key),
        onclick: () =>
          act(async () => {
            if (!activeTroubles.delete(key)) activeTroubles.add(key);
            await tell(target);
            redraw();
          }),
      },
      t(key),
    ),
  );
  const clear = () =>
    act(async () => {
      activeTroubles.clear();
      await Promise.all([tell('esimgo'), tell('telegram')]);
      redraw();
    });
  return h(
    'div',
    { className: 'chips' },
    ...buttons,
    h('button', { className: 'chip chip--plain', onclick: clear }, t('clear')),
  );
}

/** @param {HTMLElement} place */
async function refreshEsims(place) {
  const { esimgo } = await callSandbox('ledger');
  /** @type {{ iccid: string, profile_status: string }[]} */
  const esims = esimgo.esims;
  const fingerprint = JSON.stringify([settings.language, esims]);
  if (fingerprint === lastEsims) return;
  lastEsims = fingerprint;
  const newest = esims.at(-1);
  if (newest === undefined) {
    place.replaceChildren(h('p', { className: 'hint' }, t('noEsims')));
    return;
  }
  if (!esims.some((esim) => esim.iccid === chosenIccid)) chosenIccid = newest.iccid;
  const select = h(
    'select',
    { 'aria-label': 'ICCID', onchange: () => (chosenIccid = select.value) },
    ...esims.map(({ iccid, profile_status: status }) =>
      h('option', { value: iccid, selected: iccid === chosenIccid }, `…${iccid.slice(-8)} · ${status}`),
    ),
  );
  /** @param {Record<string, unknown>} move */
  const move = (move) => () =>
    act(async () => {
      await callSandbox('esim', { iccid: chosenIccid, ...move });
      toast(t('done'));
    });
  place.replaceChildren(
    select,
    h(
      'div',
      { className: 'chips' },
      h('button', { className: 'chip', onclick: move({ action: 'install' }) }, t('install')),
      h('button', { className: 'chip', onclick: move({ action: 'attach' }) }, t('attach')),
      h('button', { className: 'chip', onclick: move({ action: 'use', bytes: HALF_GIGABYTE }) }, t('use')),
      h('button', { className: 'chip', onclick: move({ action: 'expire' }) }, t('expire')),
    ),
  );
}

/** @param {HTMLElement} list */
async function refreshCalls(list) {
  const { entries } = await callSandbox(`journal?after=${lastCall}`);
  if (entries.length === 0) {
    if (list.childElementCount === 0) list.append(h('li', { className: 'hint' }, t('noCalls')));
    return;
  }
  list.querySelector('.hint')?.remove();
  for (const entry of entries) {
    lastCall = entry.n;
    list.prepend(drawCall(entry));
  }
  while (list.childElementCount > SHOWN_CALLS) list.lastElementChild?.remove();
}

/** @param {any} entry */
function drawCall(entry) {
  const { vendor, direction, method, path, status, ms, request, response } = entry;
  const isGood = status !== null && status < 400;
  const name = vendor === 'esimgo' ? 'eSIM Go' : 'Telegram';
  const shortPath = path.replace(/^\/sandbox\/(?:esimgo\/v[\d.]+|telegram\/bot[^/]+)/, '').replace(/^\/bot[^/]+/, '');
  return h(
    'li',
    {},
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h(
          'span',
          { className: `call__vendor call__vendor--${vendor}` },
          direction === 'out' ? `${name} →` : `→ ${name}`,
        ),
        h('span', { className: 'call__path', title: path }, `${method} ${shortPath}`),
        h(
          'span',
          { className: isGood ? 'call__status' : 'call__status call__status--bad' },
          `${status ?? '✕'} · ${ms} ms`,
        ),
      ),
      request && h('div', { className: 'call__body' }, h('b', {}, t('request')), h('pre', {}, pretty(request))),
      response && h('div', { className: 'call__body' }, h('b', {}, t('answer')), h('pre', {}, pretty(response))),
    ),
  );
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {() => Promise<unknown>} work */
async function act(work) {
  try {
    await work();
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  }
}
