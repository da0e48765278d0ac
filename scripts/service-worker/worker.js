/*
 * Lets the app open without a network: the page and its built files, and nothing else. What the API answers is never
 * kept; the eSIMs seen last are the app's own to keep. The build puts in the two constants.
 */
const FILES = __FILES__;
const CACHE = __CACHE__;
const PAGE = '/';
const PAGES = /^\/(index\.html|(to|plan|checkout|orders|esims|history|help|admin)(\/.*)?)?$/;
/** A network that is there in name only must not keep the shell from opening. */
const PAGE_WAIT_MS = 3_000;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES])));
});

// Only once no page of the earlier release is open, which still needs its own files.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
      // The page is asked for while this worker still starts.
      await self.registration.navigationPreload?.enable();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (PAGES.test(pathname)) event.respondWith(openPage(event));
  } else if (FILES.includes(pathname)) {
    event.respondWith(openFile(request));
  }
});

async function openPage(event) {
  const fromNetwork = (async () => (await event.preloadResponse) ?? fetch(event.request))();
  event.waitUntil(fromNetwork.catch(() => {}));
  const tooLong = new Promise((resolve) => setTimeout(resolve, PAGE_WAIT_MS, null));
  const page = await Promise.race([fromNetwork, tooLong]).catch(() => null);
  // A page that is not there at all is the network's to tell, in the browser's own words.
  return page ?? (await caches.match(PAGE, { cacheName: CACHE })) ?? fromNetwork;
}

async function openFile(request) {
  return (await caches.match(request.url, { cacheName: CACHE })) ?? fetch(request);
}
