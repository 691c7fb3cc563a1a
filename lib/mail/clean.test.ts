import fc from 'fast-check'
import { test, expect } from 'vitest'
import { cleanHtml, findUnsafe, htmlToText, selfTestCleaner, textToHtml } from './clean.ts'

test('B03 the self-test passes with the cleaner as it is', () => {
  expect(() => selfTestCleaner()).not.toThrow()
})

test('the look of ordinary mail survives', () => {
  const html = '<table width="600" cellpadding="0"><tr><td style="color:#333;font-family:\'微软雅黑\', Arial;font-size:14px">您好<br><b>订单</b></td></tr></table><ol start="3"><li>一</li></ol><blockquote>引用</blockquote>'
  const clean = cleanHtml(html)
  expect(clean.html).toContain('width="600"')
  expect(clean.html).toContain('font-size:14px')
  expect(clean.html).toContain("font-family:'微软雅黑', Arial")
  expect(clean.html).toContain('start="3"')
  expect(clean.fallback).toBeUndefined()
  expect(clean.text).toBe('您好\n订单\n- 一\n引用')
})

test('B05 remote images are counted and wait, inline ones are mapped, own addresses and other schemes go', () => {
  const clean = cleanHtml('<img src="https://t.test/p.gif"><img src="//t.test/q.gif"><td background="http://t.test/b.png"><img src="cid:a%40b"><img src="cid:other"><img src="/api/x"><img src="file:///etc/passwd"><img src="data:image/png;base64,AAAA"><img src="data:image/svg+xml;base64,AAAA">', { cid: { 'a@b': '/files/1' } })
  expect(clean.blockedRemote).toBe(3)
  expect(clean.html.match(/ src="[^"]*"/g)).toEqual([' src="/files/1"', ' src="data:image/png;base64,AAAA"'])
  expect(clean.html).toContain('data-remote-src="https://t.test/q.gif"')
  expect(clean.html).toContain('data-cid="other"')
})

test('B10 B15 links lead where they say and open apart', () => {
  const link = (href: string): string => cleanHtml(`<a href="${href}">x</a>`).html
  expect(link('https://例子.公司/a?b=1&c=2')).toBe('<a href="https://xn--fsqu00a.xn--55qx5d/a?b=1&amp;c=2" title="https://xn--fsqu00a.xn--55qx5d/a?b=1&amp;c=2" rel="noopener noreferrer" target="_blank">x</a>')
  expect(link('https://bank.test@evil.test/')).toContain('href="https://evil.test/"')
  for (const href of ['javascript:alert(1)', 'java\nscript:alert(1)', '&#1;javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/admin', '#top', '//evil.test', 'ftp://x', 'blob:x', 'https://']) expect(link(href)).toBe('<a>x</a>')
  expect(cleanHtml('<p>evil\u202etxt.exe</p>').html).toBe('<p>eviltxt.exe</p>')
})

test('B04 B09 styles that fetch, cover or hide the page go; forms, ids and classes go', () => {
  const clean = cleanHtml('<style>p{color:red}</style><div id="a" class="b" name="c" style="position:fixed;top:0;margin:-10px;background:url(//x);color:red;width:expression(1);font-family:\\75rl(x)"><form action="//x"><input name="p"><button>send</button><select><option>1</select></form>text</div>')
  expect(clean.html).toBe('<div style="color:red">sendtext</div>')
})

test('what is too long or too deep is shown as text, never raw', () => {
  const deep = cleanHtml(`${'<div>'.repeat(1_500)}<script>alert(1)</script>文字`)
  expect(deep.fallback).toBe('too-deep')
  expect(deep.html).toBe('<div style="white-space:pre-wrap">文字</div>')
  const long = cleanHtml(`<p>您好 &lt;b&gt;</p><img src=x onerror=alert(1)>${' '.repeat(1_000_000)}`)
  expect(long.fallback).toBe('too-long')
  expect(long.html).toBe('<div style="white-space:pre-wrap">您好 &lt;b&gt;</div>')
})

test('text and HTML turn into each other', () => {
  expect(textToHtml('a < b\n"c" & d')).toBe('<div>a &lt; b<br>\n&quot;c&quot; &amp; d</div>')
  expect(htmlToText('<p>一</p><p>二<br>三</p><table><tr><td>a</td><td>b</td></tr></table><style>x</style><pre>  x\n  y</pre><img alt="图" src="cid:a">&amp;lt;')).toBe('一\n\n二\n三\n\na\tb\n  x\n  y\n[图]&lt;')
})

test('the check of cleaned HTML knows nothing but its own small language', () => {
  for (const html of ['<p onclick="x">', "<p title='x'>", '<p x="y">', '<a href="javascript:x">', '<img src="x">', '<p>a<b', '<P>', '<p style="background:url(x)">', '<!-- x -->', '<svg>', '<a href=x>', '<p ">']) expect(findUnsafe(html), html).toBeDefined()
  for (const html of ['<p>a &lt; b</p>', '<br />', '<img alt />', '<a href="https://x/">y</a>']) expect(findUnsafe(html), html).toBeUndefined()
})

test('property: whatever is cleaned is safe, and cleaning it again changes nothing that matters', () => {
  const piece = fc.constantFrom('<', '>', '"', "'", '=', '/', ' ', '\n', '\0', '`', '&', '&#', ';', '<!--', '-->', '<![CDATA[', ']]>', '<p', '<img src=', '<a href=', '<svg', '<math', '<style', '</style', '<script', '</script>', '<xmp>', '<noscript>', '<title>', '<textarea>', '<table>', '<td>', 'onerror=', 'javascript:', 'alert(1)', 'x', '文', 'style="', 'url(', 'cid:a', '<template>', '<form>', '<input>', '<select>', '<iframe srcdoc=')
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
    const once = cleanHtml(pieces.join(''))
    expect(once.fallback).toBeUndefined()
    expect(findUnsafe(once.html)).toBeUndefined()
    expect(findUnsafe(cleanHtml(once.html).html)).toBeUndefined()
  }), { numRuns: 3_000 })
})
