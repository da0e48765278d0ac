/*
 * Lets the app open at once and without a network: the page and its built files, the flags that were shown last, and
 * nothing else. What the API answers is never kept here; what was seen last is the app's own to keep. The build puts in
 * the two constants.
 */
const FILES = __FILES__;
const CACHE = __CACHE__;
/** Outlives releases: a flag that has changed has another name. */
const FLAGS = 'flags';
const MAX_FLAGS = 40;
const FLAG = /^\/assets\/flag-[\w-]+\.svg$/;
const PAGE = '/';
const PAGES = /^\/(index\.html|(to|plan|checkout|orders|esims|history|help|admin)(\/.*)?)?$/;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES])));
});

// Only once no page of the earlier release is open, which still needs its own files.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE && name !== FLAGS) await caches.delete(name);
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (PAGES.test(pathname)) event.respondWith(keptOr(request, PAGE));
  } else if (FILES.includes(pathname)) {
    event.respondWith(keptOr(request, pathname));
  } else if (FLAG.test(pathname)) {
    event.respondWith(flagOf(event));
  }
});

/** A new release is fetched beside the open page, whole, and is what opens the next time. */
async function keptOr(request, kept) {
  return (await caches.match(kept, { cacheName: CACHE })) ?? fetch(request);
}

async function flagOf(event) {
  const { request } = event;
  const flags = await caches.open(FLAGS);
  const flag = (await flags.match(request)) ?? (await fetch(request));
  if (flag.ok) event.waitUntil(keepFlag(flags, request, flag.clone()));
  return flag;
}

/** One that is shown again is put again, and so becomes the newest. */
async function keepFlag(flags, request, flag) {
  try {
    await flags.put(request, flag);
    for (const oldest of (await flags.keys()).slice(0, -MAX_FLAGS)) await flags.delete(oldest);
  } catch {
    // Full storage costs a picture, and only without a network.
  }
}
