import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    manifest: true,
    // Telegram's oldest supported WebViews preload modules themselves.
    modulePreload: { polyfill: false },
    // Data URIs would count against the first screen whether they are shown or not.
    assetsInlineLimit: 0,
  },
});
