// @ts-check
import { balance, isBlocked, refreshChat } from './chat-view.js';
import { byId, h, icon, redraw } from './dom.js';
import { signIn, startAsNewUser } from './mini-app.js';
import { callSandbox, every } from './sandbox-api.js';
import { changeSettings, newUserId, onSettings, settings } from './settings.js';
import { toast } from './sheets.js';
import { describePlan, formatData, placeName, t } from './strings.js';

const SHOWN_CALLS = 200;
const HALF_GIGABYTE = 500_000_000;
const MORE_THAN_ANY_PLAN = 1_000_000_000_000_000;

/** What the switches of a group tell the sandbox. */
const TROUBLES = /** @type {const} */ ([
  { key: 'slow', target: 'esimgo', rule: { match: { direction: 'in' }, action: 'delay', delay_ms: 5_000 } },
  { key: 'late', target: 'esimgo', rule: { match: {}, action: 'assignment_delay', delay_ms: 90_000 } },
  {
    key: 'lostAnswer',
    target: 'esimgo',
    rule: { match: { method: 'POST', path: '/orders', body: 'transaction' }, action: 'drop_after', times: 1 },
  },
  {
    key: 'refuses',
    target: 'esimgo',
    rule: { match: { method: 'POST', path: '/orders', body: 'transaction' }, action: 'not_found', times: 1 },
  },
  { key: 'down', target: 'esimgo', rule: { match: { direction: 'in' }, action: 'error_503' } },
  {
    key: 'lostUpdate',
    target: 'telegram',
    rule: { match: { direction: 'out', body: 'successful_payment' }, action: 'lose', times: 1 },
  },
]);

/** @typedef {typeof TROUBLES[number]} Trouble */
/** @typedef {{ iccid: string, plan: string }} SoldEsim */
/** @typedef {{ iccid: string, profile_status: string, state: string, country: string | null, bundles: { name: string, state: string, remaining_bytes: number }[] }} EsimStanding */

/** Which are on, as the sandbox says: others set rules too, and some strike only once. */
/** @type {Set<string>} */
const activeTroubles = new Set();

/** @type {SoldEsim[]} */
let sold = [];
/** @type {EsimStanding | null} */
let standing = null;
let chosenIccid = '';
let newestIccid = '';
let lastCall = 0;
/** What was called before this user came is folded away: it is mostly other people's. */
let callsBefore = 0;
/** Nobody's, until the log is read for the first time. */
let callsOf = 0;
let lastEsims = '';
let drawnTroubles = '';

export function startTools() {
  const user = h('div', { className: 'rows' });
  const esims = h('div', {});
  const troubles = h('div', {});
  const calls = h('div', { className: 'calls' });
  const drawAll = () => {
    redraw(byId('tools'), () => [
      h(
        'div',
        { className: 'tools__groups' },
        h('header', { className: 'tools__head' }, h('h2', {}, t('sandbox')), h('p', {}, t('sandboxText'))),
        group(t('user'), user),
        group(t('esim'), esims),
        group(t('trouble'), troubles),
      ),
      group(t('calls'), calls),
    ]);
  };
  const drawUser = () => redraw(user, userTools);
  const drawTroubles = () => {
    drawnTroubles = [...activeTroubles].join();
    redraw(troubles, () => troubleTools(() => refreshTroubles(drawTroubles)));
  };
  drawAll();
  drawUser();
  drawTroubles();
  onSettings((changed) => {
    if (changed.language !== undefined) {
      drawAll();
      drawTroubles();
      drawEsims(esims);
      forgetCalls(calls);
      void refreshCalls(calls);
    }
    if (changed.userId !== undefined) {
      void refreshEsims(esims);
      void refreshCalls(calls);
    }
    drawUser();
  });
  document.addEventListener('chat-changed', () => {
    const stars = byId('stars');
    if (document.activeElement !== stars) stars.value = balance() ?? '';
    byId('block').setAttribute('aria-pressed', String(isBlocked()));
  });
  every(3, () => refreshEsims(esims));
  every(3, () => refreshTroubles(drawTroubles));
  every(1, () => refreshCalls(calls));
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 */
function group(title, content) {
  return h('section', { className: 'group' }, h('h3', {}, title), content);
}

/**
 * @param {string} id
 * @param {string} label
 * @param {() => void} onclick
 * @param {Record<string, unknown>} [more]
 */
function chip(id, label, onclick, more = {}) {
  return h('button', { className: 'chip', id, onclick, ...more }, label);
}

function userTools() {
  const stars = h('input', {
    id: 'stars',
    type: 'number',
    min: '0',
    max: '1000000000',
    required: true,
    value: balance() ?? '',
    'aria-label': t('balance'),
  });
  const setStars = (/** @type {Event} */ event) => {
    event.preventDefault();
    return act(async () => {
      await setUser({ stars: Number(stars.value) });
      toast(t('done'));
    });
  };
  return [
    row(
      `id ${settings.userId}`,
      chip('new-user', t('newUser'), () => startAsNewUser(newUserId())),
    ),
    row(
      t('balance'),
      h(
        'form',
        { className: 'row__form', onsubmit: setStars },
        stars,
        h('span', { className: 'star' }, icon('star')),
        h('button', { className: 'chip', id: 'set-stars' }, t('set')),
      ),
    ),
    choice('language', [
      ['en', 'English'],
      ['ru', 'Русский'],
    ]),
    choice('theme', [
      ['light', t('light')],
      ['dark', t('dark')],
    ]),
    choice('platform', [
      ['ios', 'iOS'],
      ['android', 'Android'],
      ['tdesktop', 'Desktop'],
      ['weba', 'Web'],
    ]),
  ];
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
  return row(
    t(name),
    h(
      'div',
      { className: 'choice', role: 'group', 'aria-label': t(name) },
      ...options.map(([value, label]) =>
        h(
          'button',
          {
            id: `${name}-${value}`,
            'aria-pressed': settings[name] === value,
            onclick: () => changeSettings({ [name]: value }),
          },
          label,
        ),
      ),
    ),
  );
}

/** @param {() => Promise<void>} refresh */
function troubleTools(refresh) {
  /** @param {Trouble['target']} target */
  const tell = (target) => {
    const rules = TROUBLES.filter((trouble) => trouble.target === target && activeTroubles.has(trouble.key)).map(
      ({ rule }) => rule,
    );
    // The first rule that matches wins, and what strikes once means one call in particular.
    return callSandbox('faults', { target, rules: rules.sort((a, b) => Number('times' in b) - Number('times' in a)) });
  };
  const buttons = TROUBLES.map(({ key, target }) =>
    chip(
      `trouble-${key}`,
      t(key),
      () =>
        act(async () => {
          if (!activeTroubles.delete(key)) activeTroubles.add(key);
          await tell(target);
          await refresh();
        }),
      { 'aria-pressed': activeTroubles.has(key), title: t(`${key}Hint`) },
    ),
  );
  const clear = () =>
    act(async () => {
      activeTroubles.clear();
      await Promise.all([tell('esimgo'), tell('telegram')]);
      await refresh();
    });
  const block = chip('block', t('block'), () => act(() => setUser({ blocked: !isBlocked() })), {
    'aria-pressed': isBlocked(),
    title: t('blockHint'),
  });
  const active = TROUBLES.filter(({ key }) => activeTroubles.has(key));
  const hints = active.length === 0 ? [t('troubleHint')] : active.map(({ key }) => t(`${key}Hint`));
  return [
    h(
      'div',
      { className: 'chips' },
      ...buttons,
      block,
      active.length > 0 && chip('trouble-clear', t('clear'), clear, { className: 'chip chip--plain' }),
    ),
    ...hints.map((hint) => h('p', { className: 'hint' }, hint)),
  ];
}

/** @param {() => void} draw */
async function refreshTroubles(draw) {
  const live = await callSandbox('faults');
  activeTroubles.clear();
  for (const { key, target, rule } of TROUBLES) {
    if (live[target].some((/** @type {any} */ other) => isSameRule(rule, other))) activeTroubles.add(key);
  }
  if ([...activeTroubles].join() !== drawnTroubles) draw();
}

/**
 * @param {any} rule
 * @param {any} other
 */
function isSameRule({ match, action }, other) {
  const names = ['method', 'path', 'body', 'direction'];
  return action === other.action && names.every((name) => match[name] === other.match[name]);
}

/** @param {HTMLElement} place */
async function refreshEsims(place) {
  const { userId } = settings;
  const { esimgo, stars } = await callSandbox('ledger');
  const charges = stars.charges.filter((/** @type {any} */ charge) => charge.user_id === userId);
  // The shop writes into eSIM Go's books what it wrote into the invoice, but not at once.
  const bought = new Set(charges.map((/** @type {any} */ { payload }) => payload));
  const untagged = esimgo.esims.filter((/** @type {any} */ esim) => esim.customer_ref === '');
  const listed = charges.length > 0 && untagged.length > 0 ? await listedByShop() : [];
  /** @type {Map<string, string>} */
  const plans = new Map();
  for (const { iccid, item } of esimgo.orders) if (!plans.has(iccid)) plans.set(iccid, item);
  const own = esimgo.esims.filter(
    (/** @type {any} */ { iccid, customer_ref: tag }) =>
      bought.has(tag) || (tag === '' && listed.includes(iccid.slice(-4))),
  );
  sold = own.map((/** @type {any} */ { iccid }) => ({ iccid, plan: plans.get(iccid) ?? '' })).reverse();
  const newest = sold[0]?.iccid ?? '';
  if (newest !== newestIccid) chosenIccid = newest;
  newestIccid = newest;
  const shown = chosenIccid === '' ? null : await callSandbox(`esim?iccid=${chosenIccid}`);
  if (userId !== settings.userId) return refreshEsims(place);
  standing = shown;
  const fingerprint = JSON.stringify([sold, standing]);
  if (fingerprint === lastEsims && place.childElementCount > 0) return;
  lastEsims = fingerprint;
  drawEsims(place);
}

/** @returns {Promise<string[]>} the ends of the numbers of this user's eSIMs, as the shop lists them */
async function listedByShop() {
  try {
    const response = await fetch('/api/esimgo/esim', { headers: { authorization: `tma ${await signIn()}` } });
    const { esims } = await response.json();
    return esims.map((/** @type {any} */ { iccid_last4: end }) => end);
  } catch {
    // A sandbox may run without the shop beside it.
    return [];
  }
}

/** @param {HTMLElement} place */
function drawEsims(place) {
  const esim = standing;
  if (esim === null) return redraw(place, () => [h('p', { className: 'hint' }, t('noEsims'))]);
  const { profile_status: profile, state, bundles } = esim;
  const isOver = state === 'deactivated' || bundles.every((bundle) => bundle.state === 'processing');
  const isUnavailable = profile === 'Unavailable';
  const isSuspended = state === 'suspended';
  const select = h(
    'select',
    {
      id: 'esim',
      'aria-label': t('esim'),
      onchange: () => {
        chosenIccid = select.value;
        void refreshEsims(place);
      },
    },
    ...sold.map(({ iccid, plan }) =>
      h('option', { value: iccid, selected: iccid === chosenIccid }, `${describePlan(plan)} · …${iccid.slice(-4)}`),
    ),
  );
  /**
   * @param {'install' | 'attach' | 'use' | 'useAll' | 'expire' | 'suspend' | 'makeUnavailable' | 'deactivate'} key
   * @param {Record<string, unknown>} move
   * @param {boolean} isImpossible
   * @param {Record<string, unknown>} [more]
   */
  const action = (key, move, isImpossible, more = {}) =>
    chip(
      `esim-${key}`,
      t(key),
      () =>
        act(async () => {
          const moved = await callSandbox('esim', { iccid: chosenIccid, ...move });
          standing = moved;
          drawEsims(place);
          toast(describeStanding(moved));
        }),
      { disabled: isOver || isImpossible, ...more },
    );
  const isOffline = isUnavailable || isSuspended;
  redraw(place, () => [
    select,
    h('p', { className: 'hint', id: 'standing' }, describeStanding(esim)),
    h('h4', {}, t('inPhone')),
    h(
      'div',
      { className: 'chips' },
      action('install', { action: 'install' }, isUnavailable),
      action('attach', { action: 'attach' }, isOffline),
      action('use', { action: 'use', bytes: HALF_GIGABYTE }, isOffline),
      action('useAll', { action: 'use', bytes: MORE_THAN_ANY_PLAN }, isOffline),
    ),
    h('h4', {}, t('atSupplier')),
    h(
      'div',
      { className: 'chips' },
      action('expire', { action: 'expire' }, false),
      action('suspend', { action: isSuspended ? 'resume' : 'suspend' }, false, { 'aria-pressed': isSuspended }),
      action('makeUnavailable', { action: 'make_unavailable' }, profile === 'Installed' || isUnavailable),
      action('deactivate', { action: 'deactivate' }, false),
    ),
  ]);
}

/** @param {EsimStanding} esim */
function describeStanding({ profile_status: profile, state, country, bundles }) {
  const key = /** @type {import('./strings.js').StringKey} */ (state === 'active' ? profile.toLowerCase() : state);
  const plans = bundles.map((bundle) => {
    const left = bundle.remaining_bytes < 0 ? t('unlimited') : formatData(bundle.remaining_bytes);
    return `${left} (${t(/** @type {import('./strings.js').StringKey} */ (bundle.state))})`;
  });
  return [t(key), ...(country === null ? [] : [placeName(country)]), ...plans].join(' · ');
}

/** @param {HTMLElement} place */
function forgetCalls(place) {
  lastCall = 0;
  place.replaceChildren();
}

/** @param {HTMLElement} place */
async function refreshCalls(place) {
  if (callsOf !== settings.userId) forgetCalls(place);
  const { entries, last } = await callSandbox(`journal?after=${lastCall}`);
  if (last < lastCall) {
    // Another process of the sandbox counts from the start.
    callsBefore = 0;
    return forgetCalls(place);
  }
  if (callsOf !== settings.userId) {
    callsOf = settings.userId;
    callsBefore = last;
  }
  if (place.childElementCount === 0) place.append(...callLists());
  const [hint, current, folded] = place.children;
  const earlier = folded.querySelector('ol');
  for (const entry of entries) {
    if (entry.n <= lastCall) continue;
    lastCall = entry.n;
    (entry.n > callsBefore ? current : earlier).prepend(drawCall(entry));
  }
  for (const list of [current, earlier]) while (list.childElementCount > SHOWN_CALLS) list.lastElementChild.remove();
  hint.hidden = current.childElementCount > 0;
  folded.hidden = earlier.childElementCount === 0;
}

function callLists() {
  return [
    h('p', { className: 'hint' }, t('noCalls')),
    h('ol', {}),
    h('details', { className: 'calls__earlier' }, h('summary', {}, t('earlierCalls')), h('ol', {})),
  ];
}

/** @param {any} entry */
function drawCall(entry) {
  const { vendor, direction, method, path, status, ms, at, request, response } = entry;
  const isGood = status !== null && status < 400;
  const name = vendor === 'esimgo' ? 'eSIM Go' : 'Telegram';
  const shortPath = path.replace(/^\/(?:v[\d.]+|bot[^/]+)(?=\/)/, '');
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
          direction === 'out' ? `${name} → ${t('theShop')}` : `${t('theShop')} → ${name}`,
        ),
        h('span', { className: 'call__path', title: path }, `${method} ${shortPath}`),
        h(
          'span',
          { className: isGood ? 'call__status' : 'call__status call__status--bad' },
          `${status ?? '✕'} · ${ms} ms`,
        ),
        h('time', { className: 'call__time', dateTime: at }, timeOf(at)),
      ),
      request &&
        h('div', { className: 'call__body' }, h('b', {}, t('request')), h('pre', { tabIndex: 0 }, pretty(request))),
      response &&
        h('div', { className: 'call__body' }, h('b', {}, t('answer')), h('pre', { tabIndex: 0 }, pretty(response))),
    ),
  );
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // A photo on its way to Telegram is no text.
    return text.replaceAll(/[^\t\r\n\u0020-\u007E\u00A0-\uFFFC]+/g, '…');
  }
}

/** @param {string} at */
function timeOf(at) {
  return new Intl.DateTimeFormat(settings.language, { timeStyle: 'medium' }).format(new Date(at));
}

/** @param {() => Promise<unknown>} work */
async function act(work) {
  try {
    await work();
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  }
}
