/**
 * Comma-separated values (RFC 4180) that no spreadsheet takes for formulas: a cell beginning with one of their signs, in
 * any width and behind any blank, is written as text. Pure.
 */

// = + - @ and their full-width forms, a bar (DDE), a percent sign; before them blanks, quotes and invisible signs, which some programs strip first.
const formula = /^[\s\u0000-\u001f\u00a0\u00ad\u200b-\u200f\u2060\u3000\ufeff'"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212\ufe62\ufe63\ufe66\ufe6b]|^[\t\r\n]/

/** Begins with an apostrophe when the value could be read as a formula. */
export const asText = (value: string): string => formula.test(value) ? `'${value}` : value

/** A text as a cell. Semicolons and tabs part cells too, where the reader's country or choice says so. */
export function cell(value: string): string {
  const text = asText(value)
  return /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Lines end in CR LF; a byte order mark tells spreadsheets that it is UTF-8. */
export function writeCsv(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return `\ufeff${[head, ...rows].map((row) => row.map((value) => typeof value === 'string' ? cell(value) : value === null ? '' : String(value)).join(',')).join('\r\n')}\r\n`
}
