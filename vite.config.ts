import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
import { flags } from './scripts/flags/flags-plugin.ts';
import { serviceWorker } from './scripts/service-worker/service-worker-plugin.ts';

/**
 * Puts the order of the layers before every style sheet. The first mention of a layer decides its place, and which of
 * the built files a browser reads first is nobody's to say.
 */
function layerOrder(): Plugin {
  const order = readFileSync(new URL('./src/styles/layers.css', import.meta.url), 'utf8').trim();
  return {
    name: 'layer-order',
    enforce: 'pre',
    transform: (code, id) => (/\/src\/.*\.css$/.test(id) ? { code: `${order}\n${code}`, map: null } : null),
  };
}

export default defineConfig({
  plugins: [layerOrder(), flags(), serviceWorker()],
  build: {
    target: 'es2022',
    manifest: true,
    // Telegram's oldest supported WebViews preload modules themselves.
    modulePreload: { polyfill: false },
    // Data URIs would count against the first screen whether they are shown or not.
    assetsInlineLimit: 0,
  },
});
