import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** React Aria speaks 34 languages; ours are three, so the other dictionaries stay at home (some 60 kB compressed). */
const threeLanguages: Plugin = {
  name: 'three-languages',
  enforce: 'pre',
  load(id) {
    const language = /\/(?:react-aria|react-stately|react-aria-components)\/dist\/.*\/intl\/.*?([a-z]{2}-[A-Z]{2})\.m?js$/.exec(id)?.[1]
    return language && !['en-US', 'zh-CN', 'zh-TW'].includes(language) ? { code: 'export default {}', moduleSideEffects: false } : null
  },
}

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [threeLanguages, react(), tailwindcss()],
  // Contracts reach the browser for their methods and paths only; the server is the judge of shapes.
  resolve: { alias: [{ find: /^zod$/, replacement: here('./shapeless.ts') }] },
  build: {
    outDir: here('../../dist/console'),
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'safari17.5', 'firefox121'],
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      treeshake: { moduleSideEffects: (id) => !/\/(ui|modules)\/.*\.tsx?$/.test(id) },
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', priority: 2, test: /\/node_modules\/(react|react-dom|scheduler)\// },
            // The frame and what it stands on, as one file instead of twenty; parts that only pages use come with the pages.
            { name: 'kit', priority: 1, test: /\/ui\/(Button|IconButton|Tooltip|Kbd|Link|Menu|Avatar|Banner|Badge|Choice|States|Toast|Overlay|CommandPalette|PresenceDot|shortcuts|display|Field|Select)\.tsx?$/ },
            { name: 'base', test: /\/node_modules\/(@tanstack|uuid)\/|\/platform\/http\/|\/modules\/staff\/contract\.ts$/ },
          ],
        },
      },
    },
  },
})
