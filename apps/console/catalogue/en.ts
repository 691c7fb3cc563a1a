/// <reference types="vite/client" />
/** Every sentence of this language in one file, fetched only where it is read. */
export default Object.assign({}, ...Object.values(import.meta.glob<Record<string, string>>(
  ['../text/en.json', '../../../platform/text/en.json', '../../../modules/*/text/en.json', '../../../modules/*/text/*.en.json'], { import: 'default', eager: true },
))) as Record<string, string>
