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
            // One file per language, whatever the number of rooms.
            { name: (id) => `text-${/\/text\/(?:[\w-]+\.)?(en|zh-Hans|zh-Hant)\.json$/.exec(id)?.[1] ?? ''}`, test: /\/(modules\/[^/]+|apps\/console|platform)\/text\/(?:[\w-]+\.)?(en|zh-Hans|zh-Hant)\.json$/ },
            { name: 'react', test: /\/node_modules\/(react|react-dom|scheduler)\// },
          ],
        },
      },
    },
  },
})
