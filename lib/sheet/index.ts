/** Cells of a CSV file (RFC 4180) that no spreadsheet takes for a formula. */

// Spreadsheets pass over blanks and invisible signs before a formula, and some read full-width signs as the narrow ones.
const formula = /^[\s\u0000-\u001f\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％]|^[\t\r\n]/

export function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text
  // Semicolons and tabs part cells too, where the reader's country or choice says so.
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
