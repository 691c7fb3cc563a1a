/** The API page: reads openapi.json in the browser and shows every endpoint; no outside script. */
import { createHash } from 'node:crypto'

const script = `
const main = document.querySelector('main');
const el = (name, text, parent, cls) => { const e = document.createElement(name); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; parent.append(e); return e };
fetch('/openapi.json').then((r) => r.json()).then((doc) => {
  document.querySelector('h1 small').textContent = doc.info.version;
  const rooms = new Map();
  for (const [path, methods] of Object.entries(doc.paths)) for (const [method, op] of Object.entries(methods)) {
    const list = rooms.get(op.tags[0]) ?? rooms.set(op.tags[0], []).get(op.tags[0]); list.push({ path, method: method.toUpperCase(), op });
  }
  const nav = document.querySelector('nav');
  for (const [room, list] of rooms) {
    const link = el('a', room, nav); link.href = '#' + room;
    const section = el('section', undefined, main); section.id = room; el('h2', room, section);
    for (const { path, method, op } of list) {
      const box = el('details', undefined, section); const head = el('summary', undefined, box);
      el('b', method, head, 'm ' + method.toLowerCase()); el('code', path, head); el('span', op.summary === op.operationId ? '' : op.summary, head);
      el('p', 'Access: ' + op['x-access'], box);
      for (const p of op.parameters) el('p', p.in + ' ' + p.name + (p.required ? ' (required) ' : ' ') + JSON.stringify(p.schema), box, 'p');
      const body = op.requestBody?.content?.['application/json']?.schema; if (body) { el('p', 'Body', box); el('pre', JSON.stringify(body, null, 1), box).tabIndex = 0 }
      for (const [status, answer] of Object.entries(op.responses)) { el('p', status + ' ' + answer.description, box); const s = answer.content?.['application/json']?.schema; if (s && !s.$ref) el('pre', JSON.stringify(s, null, 1), box).tabIndex = 0 }
    }
  }
});`
const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, "PingFang TC", "Microsoft JhengHei", "Noto Sans TC", sans-serif } body { margin: 0 auto; max-width: 60rem; padding: 1rem }
nav { display: flex; gap: .75rem; flex-wrap: wrap } summary { display: flex; gap: .75rem; flex-wrap: wrap; padding: .375rem 0; cursor: pointer } details { border-top: 1px solid #8884 }
.m { width: 4.5rem } pre { overflow: auto; background: #8881; padding: .5rem; border-radius: 6px } code, pre { font-size: 12px }`

const sha = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export function apiPage(): { html: string; policy: string } {
  return {
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Loopdesk API</title><style>${style}</style>
<h1>Loopdesk API <small></small></h1><p>Every call takes a bearer token (<code>Authorization: Bearer …</code>); writes may carry an <code>Idempotency-Key</code>. The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p><nav aria-label="Rooms"></nav><main></main><script>${script}</script></html>`,
    policy: `default-src 'none'; script-src ${sha(script)}; style-src ${sha(style)}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  }
}
