/// <reference types="vite/client" />
/** Every sentence of this language in one file, fetched only where it is read. */
export default Object.assign({}, ...Object.values(import.meta.glob<Record<string, string>>(
  ['../text/zh-Hans.json', '../../../platform/text/zh-Hans.json', '../../../modules/*/text/zh-Hans.json', '../../../modules/*/text/*.zh-Hans.json'], { import: 'default', eager: true },
))) as Record<string, string>
