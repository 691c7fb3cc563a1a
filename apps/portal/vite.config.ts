import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  base: '/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('../../dist/portal'),
    emptyOutDir: true,
    assetsDir: 'portal-assets',
    assetsInlineLimit: 0,
    target: 'es2022',
    // One chunk deep: nothing to preload, and no helper to ship.
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { portal: here('portal.html'), widget: here('widget.html'), rate: here('rate.html'), embed: here('embed.ts') },
      output: { entryFileNames: (chunk) => (chunk.name === 'embed' ? 'embed.js' : 'portal-assets/[name]-[hash].js') },
    },
  },
})
