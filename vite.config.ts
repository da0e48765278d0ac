import { defineConfig, type Plugin } from 'vite';

const FIRST_SCREEN = 'src/screens/destinations/view.ts';

/** The first screen is a file of its own; without this the browser would hear of it only after running the entry. */
function preloadFirstScreen(): Plugin {
  return {
    name: 'preload-first-screen',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const screen = Object.values(bundle ?? {}).find(
          (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(FIRST_SCREEN),
        );
        if (screen?.type !== 'chunk') return [];
        const styles = [...(screen.viteMetadata?.importedCss ?? [])];
        return [
          {
            tag: 'link',
            injectTo: 'head' as const,
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${screen.fileName}` },
          },
          ...styles.map((file) => ({
            tag: 'link',
            injectTo: 'head' as const,
            attrs: { rel: 'preload', as: 'style', crossorigin: true, href: `/${file}` },
          })),
        ];
      },
    },
  };
}

export default defineConfig({
  plugins: [preloadFirstScreen()],
  build: {
    target: 'es2022',
    manifest: true,
    // Telegram's oldest supported WebViews preload modules themselves.
    modulePreload: { polyfill: false },
    // Data URIs would count against the first screen whether they are shown or not.
    assetsInlineLimit: 0,
  },
});
