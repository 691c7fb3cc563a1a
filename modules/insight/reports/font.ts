/**
 * The face Chinese words are set in on pages and pictures. It is the machine's own: one with the signs of both scripts
 * weighs twenty megabytes, which not every installation wants to carry. Where there is none, those files are not offered.
 */
import { readFileSync, statSync } from 'node:fs'
import type { Locale } from '../../../lib/text/index.ts'

export interface Face { path: string; /** As the file names it. */ family: string; postscript: string }

/** Where the packages of the usual systems put one: Debian, Alpine, Arch, Fedora, openSUSE, macOS. */
const usual = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', '/usr/share/fonts/noto/NotoSansCJK-Regular.ttc', '/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc', '/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc', '/usr/share/fonts/truetype/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc', '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc', '/System/Library/Fonts/STHeiti Light.ttc',
]
/** A sign each script has and the other writes otherwise. */
const SIGNS = '網网'
/** How a collection names the face of a language's readers. */
const wanted: Record<Locale, RegExp> = { 'zh-Hant': /\bTC\b|CJKtc/, 'zh-Hans': /\bSC\b|CJKsc/, en: /\bTC\b|CJKtc/ }

const found = new Map<string, Promise<Record<Locale, Face> | null>>()

/** Null when the machine has no face that knows both scripts. `own`: a file the operator names, tried before the usual ones. */
export async function faceFor(locale: Locale, own: string, places: readonly string[] = usual): Promise<Face | null> {
  for (const path of own ? [own, ...places] : places) {
    let faces = found.get(path)
    if (faces === undefined) found.set(path, (faces = open(path)))
    const known = await faces
    if (known) return known[locale]
  }
  return null
}

async function open(path: string): Promise<Record<Locale, Face> | null> {
  try {
    if (!statSync(path).isFile()) return null
    // Read when first wanted: the program starts without it.
    const fontkit = await import('fontkit')
    const file = fontkit.create(readFileSync(path))
    const fonts = ('fonts' in file ? file.fonts : [file]).filter((font) => [...SIGNS].every((sign) => font.hasGlyphForCodePoint(sign.codePointAt(0)!)))
    const face = (locale: Locale): Face => { const font = fonts.find(({ familyName }) => wanted[locale].test(familyName)) ?? fonts[0]!; return { path, family: font.familyName, postscript: font.postscriptName } }
    return fonts.length ? { 'zh-Hant': face('zh-Hant'), 'zh-Hans': face('zh-Hans'), en: face('en') } : null
  } catch {
    return null
  }
}
