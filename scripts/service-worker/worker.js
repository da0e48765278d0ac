/*
 * Lets the app open at once and without a network: the page and its built files, and nothing else. What the API answers
 * is never kept here; what was seen last is the app's own to keep. The build puts in the two constants.
 */
const FILES = __FILES__;
const CACHE = __CACHE__;
const PAGE = '/';
const PAGES = /^\/(index\.html|(to|plan|checkout|orders|esims|history|help|admin)(\/.*)?)?$/;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES])));
});

// Only once no page of the earlier release is open, which still needs its own files.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
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
  }
});

/** A new release is fetched beside the open page, whole, and is what opens the next time. */
async function keptOr(request, kept) {
  return (await caches.match(kept, { cacheName: CACHE })) ?? fetch(request);
}
