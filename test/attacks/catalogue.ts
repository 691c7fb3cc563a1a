/**
 * The attacks this product is held against: what is tried, who fell for it before, what the safe result is, and where
 * it is proven. A test proves an attack by carrying its id in its title. What can't be tried says why in `not`.
 */
export interface Attack {
  what: string
  precedent: string
  safe: string
  /** Files with a test whose title carries the id. */
  proof?: readonly string[]
  /** Why there is nothing to try yet. */
  not?: string
}

const at = {
  mail: 'test/attacks/mail.test.ts', rendering: 'test/attacks/rendering.test.ts', files: 'test/attacks/files.test.ts', rights: 'test/attacks/rights.test.ts', sessions: 'test/attacks/sessions.test.ts',
  outside: 'test/attacks/outside.test.ts', exhaustion: 'test/attacks/exhaustion.test.ts', house: 'test/attacks/house.test.ts',
  gate: 'modules/channels/mail/mail.test.ts', hooks: 'modules/channels/webhooks/webhooks.test.ts', chat: 'modules/channels/chat/chat.test.ts', signIn: 'modules/staff/sign-in.test.ts', signOut: 'modules/staff/federation/sign-out.test.ts', openid: 'modules/staff/federation/oidc.test.ts', saml: 'modules/staff/federation/saml.test.ts', ldap: 'modules/staff/federation/ldap.test.ts', scim: 'modules/staff/scim/scim.test.ts', staff: 'modules/staff/staff.test.ts',
  wall: 'modules/insight/wall/wall.test.ts', masking: 'modules/customers/masking.test.ts', permissions: 'test/input/permissions.test.ts', matrix: 'test/access/matrix.test.ts', policies: 'test/access/policies.test.ts', access: 'modules/staff/access.test.ts', passkey: 'test/journeys/passkey.test.ts', refused: 'test/input/refused.test.ts',
  parse: 'lib/mail/parse.test.ts', bounded: 'lib/mail/bounded.test.ts', clean: 'lib/mail/clean.test.ts', xss: 'lib/mail/xss.test.ts', compose: 'lib/mail/compose.test.ts', token: 'lib/mail/token.test.ts', classify: 'lib/mail/classify.test.ts', addresses: 'lib/mail/addresses.test.ts',
} as const

const NO_WORKFLOW = 'there is no workflow engine and no upload of processes yet; rules are data of a closed language'
const NO_ASSISTANT = 'there is no language model in the product'
const NO_IMPORT = 'nothing is imported from sheets yet'

export const attacks: Readonly<Record<string, Attack>> = {
  A01: { what: 'a spoofed sender with a guessed number copies himself into a thread', precedent: 'Zendesk CVE-2024-49193', safe: 'copies gain no history; a sender the receiving server refuses stays out of the thread', proof: [at.mail, at.gate] },
  A02: { what: 'threading by a number in the subject or behind a plus sign', precedent: 'Zendesk CVE-2024-49193', safe: 'only our signed marks thread; all else is a new request', proof: [at.mail, at.gate, at.token] },
  A03: { what: 'forged Message-ID and In-Reply-To', precedent: 'FreeScout CVE-2026-47123', safe: 'a mark counts only with our signature; a mail is never an agent’s word and never passed on', proof: [at.mail, at.token] },
  A04: { what: 'a mail from outside under an agent’s address', precedent: 'FreeScout CVE-2026-47123', safe: 'an unverified stranger’s request', proof: [at.mail] },
  A05: { what: 'a third party’s confirmation mail to a reply address, read by who opened the request', precedent: 'Ticket Trick (osTicket with Mattermost)', safe: 'mail of another sender becomes a request of its own that the first one can’t read', proof: [at.mail, at.gate] },
  A06: { what: 'an account prepared under a victim’s address before the victim signs in by OAuth', precedent: 'Chatwoot CVE-2026-44707', safe: 'an address links nothing; the person connects an account while signed in, by password and confirmation', proof: [at.openid, at.ldap] },
  A07: { what: 'single sign-on linked by an unverified address', precedent: 'Zammad CVE-2026-84458', safe: 'linked by issuer and subject only', proof: [at.openid, at.ldap] },
  A08: { what: 'forged headers of a sign-in proxy', precedent: 'Zammad CVE-2020-26030, CVE-2026-34720', safe: 'nobody is signed in by a header', proof: [at.mail, at.openid] },
  A09: { what: 'the form mails a victim, or carries the attacker’s words there', precedent: 'Zendesk waves of 2025 and 2026', safe: 'an unproven address gets at most one fixed text an hour, without a word of the sender', proof: [at.mail, at.gate] },
  A10: { what: 'two automatic answerers keep each other busy', precedent: 'osTicket 1041, odoo 66329', safe: 'one automatic mail an hour and address; the loop ends after three', proof: [at.gate] },
  A11: { what: 'bounces as requests, forged bounces against a message', precedent: 'faveo-helpdesk 150, frappe/helpdesk 3628', safe: 'a bounce marks the message whose signed id it names; no request, no answer', proof: [at.gate] },
  A12: { what: 'our own address as requester', precedent: 'PostHog 92017', safe: 'written down as a loop and dropped', proof: [at.gate, at.classify] },
  A13: { what: 'line ends in subject, name, encoded words and list headers', precedent: 'CVE-2025-48388, nodemailer GHSA-c7w3-x93f-qmm8', safe: 'no further header and no further recipient on the wire', proof: [at.mail] },
  A14: { what: 'addresses that read in two ways', precedent: 'nodemailer CVE-2025-13033', safe: 'one canonical reading; the envelope goes where the page says, or the mail is held', proof: [at.mail, at.parse, at.addresses] },
  A15: { what: 'two From lines, a Sender who is not the From', precedent: 'mailparser and postal-mime take the first', safe: 'a second line is held; several names and a differing Sender are shown', proof: [at.mail, at.gate, at.parse] },
  A16: { what: 'a valid signature of another signer', precedent: 'Zammad CVE-2026-84465', safe: 'a badge only when signer and sender agree', not: 'signatures of mails are not judged, and no badge is shown' },
  A17: { what: 'a caller’s object reaches the mailer as a file or an address', precedent: 'nodemailer GHSA-p6gq-j5cr-w38f', safe: 'mails are made from texts and stored bytes only', proof: [at.mail] },
  A18: { what: 'a private note on a wire that leads outside', precedent: 'Chatwoot fork 357', safe: 'never in mail, portal, chat, webhook or a program’s answer', proof: [at.mail, at.gate, at.chat, at.permissions] },
  A19: { what: 'an invitation used months later, or leaked by the referrer', precedent: 'FreeScout CVE-2026-41902', safe: 'once, within a day, the secret behind the number sign', proof: [at.sessions, at.signIn] },
  A20: { what: 'names found out by words or time of the refusal', precedent: 'CVE-2026-45294, Zammad CVE-2020-26034', safe: 'same words, same time', proof: [at.sessions, at.signIn] },

  B01: { what: 'the script corpus through every channel into every view', precedent: 'every helpdesk', safe: 'nothing executable in Chromium, after two more readings too', proof: [at.rendering, at.xss] },
  B02: { what: 'elements a browser reads by other rules than a cleaner', precedent: 'sanitize-html CVE-2026-44990, DOMPurify CVE-2026-0540', safe: 'dropped or shown as text', proof: [at.rendering] },
  B03: { what: 'the cleaner fails, or is none', precedent: 'linkedom passes everything', safe: 'text instead; the program does not start when a known attack passes', proof: [at.clean] },
  B04: { what: 'styles that send, cover or hide', precedent: 'FreeScout CVE-2026-40497', safe: 'a list of harmless styles, no addresses in them', proof: [at.rendering, at.clean] },
  B05: { what: 'remote pictures as trackers', precedent: 'Zammad CVE-2026-63206', safe: 'nothing is fetched before a click', proof: [at.rendering, at.clean] },
  B06: { what: 'script in names our own people give', precedent: 'osTicket CVE-2020-12629, Zammad CVE-2026-63216', safe: 'text', proof: [at.rendering] },
  B07: { what: 'a crafted type of an attachment', precedent: 'RT CVE-2022-25802', safe: 'the sender’s type is never served', proof: [at.files] },
  B08: { what: 'markup of ours to all customers', precedent: 'FreeScout CVE-2026-41904', safe: 'cleaned on the way out like any other', proof: [at.compose] },
  B09: { what: 'names that shadow the page, forms in a mail', precedent: 'our own first oracle', safe: 'no ids, names, classes or controls', proof: [at.rendering, at.clean] },
  B10: { what: 'links of other schemes', precedent: 'garak', safe: 'http, https, mailto and tel only', proof: [at.clean] },
  B11: { what: 'script in the labels of a process', precedent: 'ApromoreCore 942', safe: 'text', not: NO_WORKFLOW },
  B12: { what: 'words to the widget from elsewhere, the console in a frame', precedent: 'ASVS 3.5.5', safe: 'ignored; only the widget may be framed', proof: [at.rendering] },
  B13: { what: 'inline script and eval', precedent: 'ASVS 3.4.3', safe: 'no policy allows them, and no page of ours breaks its policy', proof: [at.rendering] },
  B14: { what: 'a printed page that fetches files', precedent: 'osTicket CVE-2026-22200', safe: 'the printer reads neither files nor network', not: 'nothing is rendered to PDF or print on the server' },
  B15: { what: 'signs that turn the line, invisible signs, a link that shows another host', precedent: 'Big List of Naughty Strings', safe: 'a name turns nothing but itself; the real host is shown', proof: [at.rendering, at.clean] },

  C01f: { what: 'a page, a drawing or a script as an upload', precedent: 'every helpdesk', safe: 'a download in a sandbox', proof: [at.files] },
  C02f: { what: 'files of two natures', precedent: 'file-type calls four of them pictures', safe: 'nothing of them runs as page or script', proof: [at.files] },
  C03f: { what: 'names with paths, NUL, turned text, line ends', precedent: 'FreeScout CVE-2026-27636, CVE-2026-28289', safe: 'a name is only shown, the key is ours', proof: [at.files] },
  C04f: { what: 'files a server would execute', precedent: 'FreeScout CVE-2025-48471', safe: 'under no address of the web', proof: [at.files] },
  C05f: { what: 'an archive that writes beside its folder', precedent: 'FreeScout CVE-2026-41193', safe: 'archives are never unpacked', proof: [at.files] },
  C06f: { what: 'bombs and files without end', precedent: 'xlsx CVE-2026-38359, fflate CVE-2026-45820', safe: 'kept as bytes; too large is refused whole', proof: [at.files] },
  C07f: { what: 'a virus', precedent: 'EICAR', safe: 'held until it is found clean', not: 'no scanner is connected; every file leaves as a download' },
  C08f: { what: 'an old or shared address of a file', precedent: 'FreeScout CVE-2026-48812', safe: 'opens only to who may see the request', proof: [at.files, at.permissions] },
  C09f: { what: 'ids of other people’s files sent along', precedent: 'CVE-2026-41192', safe: 'each id is checked for its owner', proof: [at.files] },
  C10f: { what: 'guessed ids of uploads', precedent: 'Zammad CVE-2024-33668', safe: 'of no use without the owner’s own secret', proof: [at.files] },
  C11f: { what: 'credentials in files customers send', precedent: 'Okta 2023', safe: 'found and covered', not: 'the contents of files are not read' },
  C12f: { what: 'a parameter that becomes a path', precedent: 'FreeScout CVE-2026-53594', safe: 'no path comes from a caller', proof: [at.files] },
  C13f: { what: 'the place a picture was taken', precedent: 'Exif', safe: 'blanked on the way in', proof: [at.files] },
  C14f: { what: 'a flood of pixels', precedent: 'decompression', safe: 'judged by its header, not shown', proof: [at.files] },
  C15f: { what: 'parts and marks of a denied file', precedent: 'conditional requests', safe: 'nothing, not even its size', proof: [at.files] },

  D01: { what: 'every endpoint by every role on own and foreign objects', precedent: 'Zammad CVE-2020-10100, FreeScout CVE-2026-40591', safe: '401, 403 or 404 without a word', proof: [at.permissions, at.matrix] },
  D02: { what: 'the same by lists, searches, counts and figures', precedent: 'FreeScout CVE-2026-41183', safe: 'what is hidden stays hidden', proof: [at.rights, at.permissions, at.matrix, at.policies] },
  D03: { what: 'children of a hidden parent', precedent: 'FreeScout CVE-2026-41189', safe: 'denied', proof: [at.rights, at.permissions, at.policies] },
  D04: { what: 'ids that do not belong together, without signing in', precedent: 'CVE-2026-35584', safe: 'nothing there', proof: [at.rights, at.permissions, at.chat] },
  D05: { what: 'fields that are not the caller’s to set', precedent: 'Chatwoot CVE-2026-72719, FreeScout CVE-2025-48476', safe: 'an unknown field is refused', proof: [at.rights] },
  D06: { what: 'linking and merging across borders', precedent: 'Zammad CVE-2026-34722, FreeScout CVE-2026-39384', safe: 'both ends are checked', proof: [at.rights, at.masking] },
  D07: { what: 'a customer’s card by an address', precedent: 'FreeScout CVE-2026-40570', safe: 'covered without a request of theirs', proof: [at.masking] },
  D08: { what: 'a stream of other people’s events, rights taken away while it is open', precedent: 'Chatwoot 3434', safe: 'each event is judged; ended within five seconds', proof: [at.rights, at.access] },
  D09: { what: 'a stream opened by a foreign page or by a token in the address', precedent: 'ASVS 4.4.2', safe: 'refused', proof: [at.rights] },
  D10: { what: 'acting as somebody else by a header', precedent: 'Zammad CVE-2020-26029', safe: 'ignored', proof: [at.rights] },
  D11: { what: 'hashes, tokens and passwords in answers', precedent: 'Zammad CVE-2020-10104, RT CVE-2026-44231', safe: 'answers hold what their shape names', proof: [at.rights, at.signIn, at.gate] },
  D12: { what: 'set-up, metrics and debugging after set-up', precedent: 'Zammad CVE-2026-34723', safe: 'closed', proof: [at.rights] },
  D13: { what: 'a change that leaves no trace', precedent: 'Zammad CVE-2020-29160', safe: 'each leaves its event', proof: [at.rights] },
  D14: { what: 'giving oneself more', precedent: 'ASVS 8.2', safe: 'nobody gives what they do not hold', proof: [at.rights, at.staff, at.access] },
  D15: { what: 'covered fields by search, order, error or export', precedent: 'inference', safe: 'found whole or not at all', proof: [at.masking] },
  D16: { what: 'the portal by number and address', precedent: 'osTicket forum 87660', safe: 'only by a signed link', proof: [at.chat] },
  D17: { what: 'functions of the database with more rights than their caller', precedent: 'security definer', safe: 'there are none', proof: [at.rights] },

  E01: { what: 'the stored hash as password', precedent: 'Zammad CVE-2017-5619', safe: 'refused', proof: [at.sessions, at.passkey] },
  E02: { what: 'predictable tokens', precedent: 'FreeScout CVE-2026-27637', safe: '256 random bits, kept as keyed hashes', proof: [at.sessions, at.passkey, at.wall] },
  E03: { what: 'the second factor skipped, replayed, guessed', precedent: 'Zammad CVE-2026-84461', safe: 'bound to the password, five tries, each code once', proof: [at.sessions, at.signIn, at.access, at.openid] },
  E04: { what: 'wrapped and unsigned assertions', precedent: 'samlify CVE-2025-47949', safe: 'only the signed part counts, once, for our question', proof: [at.saml, at.signOut] },
  E05: { what: 'tokens that vouch for themselves', precedent: 'ASVS 9.1', safe: 'no credential here; a provider’s own are refused when anything of them does not fit', proof: [at.sessions, at.openid] },
  E06: { what: 'a planted cookie, an old credential', precedent: 'ASVS 7.2.4', safe: 'replaced at the door; dead after signing out, a new password, disabling', proof: [at.sessions, at.signIn, at.staff, at.access, at.scim, at.openid, at.signOut] },
  E07: { what: 'lists of stolen passwords', precedent: 'credential stuffing', safe: 'the network stops, the owner comes in', proof: [at.sessions, at.signIn, at.access] },
  E08: { what: 'changes by GET, by a form or by another site', precedent: 'FreeScout CVE-2026-41194, Chatwoot 14887', safe: 'refused', proof: [at.sessions, at.signIn, at.openid, at.saml] },
  E09: { what: 'forged forwarding headers', precedent: 'fastify CVE-2026-3635', safe: 'the real peer counts', proof: [at.sessions] },
  E10: { what: 'a directory’s filter in a name, an empty password', precedent: 'LDAP', safe: 'refused', proof: [at.sessions, at.ldap] },
  E11: { what: 'a foreign Host in a link', precedent: 'reset poisoning', safe: 'links carry the configured address', proof: [at.sessions] },
  E12: { what: 'recovery around the second factor', precedent: 'ASVS 6.4.3, 7.5.1', safe: 'the code is asked for all the same', proof: [at.signIn, at.access] },

  F01a: { what: 'a webhook to an inner address', precedent: 'Zammad CVE-2026-34719, FreeScout CVE-2026-41905', safe: 'no knock, however it is written', proof: [at.outside, at.hooks] },
  F02a: { what: 'a picture fetched from an address', precedent: 'casdoor 1187, osTicket CVE-2020-24881', safe: 'the same guard', not: 'the server fetches nothing from addresses people give but webhooks and mail servers' },
  F03a: { what: 'trying a mailbox as a scanner', precedent: 'Zammad CVE-2026-63205', safe: 'fixed ports, one answer', proof: [at.outside, at.gate, at.openid] },
  F04a: { what: 'placeholders in an address that goes out', precedent: 'Zammad CVE-2026-84464', safe: 'no placeholder is filled in', proof: [at.outside] },
  F05a: { what: 'unsigned, old or replayed webhooks in', precedent: 'GHSA-c37p', safe: 'refused', not: 'no channel takes webhooks in yet' },
  F06a: { what: 'WeChat’s XML with a document type', precedent: 'XXE', safe: 'refused', not: 'no channel speaks XML yet' },
  F07a: { what: 'content types around the check', precedent: 'fastify CVE-2025-32442, CVE-2026-25223', safe: 'checked or refused', proof: [at.outside, at.refused] },
  F08a: { what: 'words of the database in filters and fields', precedent: 'Chatwoot CVE-2025-21628, osTicket CVE-2021-45811', safe: 'values, and no delay', proof: [at.outside] },
  F09a: { what: 'prototypes, doubled keys, endless numbers', precedent: 'ASVS 15.3.5', safe: 'refused, nothing polluted', proof: [at.outside, at.refused] },
  F10a: { what: 'methods nobody meant', precedent: 'Zammad CVE-2024-33667', safe: 'not there', proof: [at.outside] },
  F11a: { what: 'a failing server’s words carry the secret into a log', precedent: 'Zammad CVE-2026-63208', safe: 'taken out', proof: [at.outside] },
  F12a: { what: 'an address that sends on', precedent: 'RT', safe: 'no answer redirects', proof: [at.outside] },
  F13a: { what: 'an idempotency key with another body or by another caller', precedent: 'Stripe', safe: 'refused, or a world of its own', proof: [at.outside] },
  F14a: { what: 'fifty at once', precedent: 'ASVS 2.3.4', safe: 'one takes effect', proof: [at.outside] },

  G01: { what: 'formulas in exports', precedent: 'osTicket 3767', safe: 'cells of text', proof: ['lib/csv/csv.test.ts', 'modules/governance/audit/audit.test.ts', 'modules/governance/audit/exposed.test.ts'] },
  G02: { what: 'entities in sheets', precedent: 'XXE', safe: 'refused', not: NO_IMPORT },
  G03: { what: 'odd encodings and endless rows', precedent: 'csv-parse', safe: 'named with row and column', not: NO_IMPORT },
  G04: { what: 'column names as prototypes', precedent: 'CSV headers', safe: 'refused', not: NO_IMPORT },
  G05: { what: 'everything carried away by export', precedent: 'insiders', safe: 'approval, quota, watermark', proof: ['modules/governance/privacy/exports.test.ts'] },
  G06: { what: 'line ends, colours and markup in logged words', precedent: 'log injection', safe: 'one event is one line, without strangers’ words', proof: [at.house] },

  H01: { what: 'script tasks in an uploaded process', precedent: 'flowable-engine 2291', safe: 'refused', not: NO_WORKFLOW },
  H02: { what: 'constructors in conditions', precedent: 'Activiti 5338', safe: 'a closed language', not: NO_WORKFLOW },
  H03: { what: 'entities in a process', precedent: 'fast-xml-parser CVE-2026-26278', safe: 'refused', not: NO_WORKFLOW },
  H04: { what: 'loops and forks without end', precedent: 'process bombs', safe: 'a budget', not: NO_WORKFLOW },
  H05: { what: 'deploying without right', precedent: 'four eyes', safe: 'two people', not: NO_WORKFLOW },
  H06: { what: 'a request that commands the assistant', precedent: 'Supabase MCP', safe: 'the requester’s data only', not: NO_ASSISTANT },
  H07: { what: 'pictures in a draft that carry data away', precedent: 'garak', safe: 'no foreign address', not: NO_ASSISTANT },
  H08: { what: 'hidden words for the assistant', precedent: 'garak', safe: 'stripped and told', not: NO_ASSISTANT },
  H09: { what: 'a request that raises itself', precedent: 'prompt injection', safe: 'rules decide', not: NO_ASSISTANT },
  H10: { what: 'endless words for the assistant', precedent: 'cost', safe: 'a budget', not: NO_ASSISTANT },

  I01: { what: 'words a pattern reads for minutes', precedent: 'ReDoS', safe: 'fifty kilobytes cost milliseconds', proof: [at.exhaustion] },
  I02: { what: 'mails deep, long and broken without end', precedent: 'nodemailer CVE-2025-14874', safe: 'two seconds, bounded memory, nothing thrown', proof: [at.parse, at.bounded] },
  I03: { what: 'deep and wide bodies', precedent: 'JSON', safe: 'refused in a blink', proof: [at.exhaustion] },
  I04: { what: 'slow and silent callers, requests of two lengths', precedent: 'Slowloris, smuggling', safe: 'others are served; 400', proof: [at.exhaustion] },
  I05: { what: 'a search or report that never ends', precedent: 'ILIKE', safe: 'limits on every statement', proof: [at.exhaustion] },
  I06: { what: 'streams without number, readers who do not read', precedent: 'back-pressure', safe: 'bounded and cut off', proof: [at.exhaustion] },
  I07: { what: 'a password of a megabyte', precedent: 'argon2', safe: 'refused before it is hashed', proof: [at.exhaustion] },
  I08: { what: 'a flood of sign-ins', precedent: 'argon2', safe: 'two at a time; others are served', proof: [at.exhaustion] },

  J01: { what: 'a package that is another', precedent: 'supply chain', safe: 'pinned by content, none runs on being installed', proof: [at.house] },
  J02: { what: 'an answer without headers', precedent: 'ASVS 3.4', safe: 'every answer, refusals included', proof: [at.house] },
  J03: { what: 'old TLS', precedent: 'TLS', safe: 'TLS 1.2 and newer', proof: ['platform/http/tls.test.ts'] },
  J04: { what: 'secrets in logs, errors and answers', precedent: 'logs', safe: 'none', proof: [at.house] },
  J05: { what: 'one database role for everything', precedent: 'least privilege', safe: 'program, owner, audit and migration apart', not: 'not built yet: one role owns and serves; triggers and the sealed chain keep it from changing events unseen' },
  J06: { what: 'a backup that reads like the original', precedent: 'backups', safe: 'encrypted, its key elsewhere', not: 'backups are made with the database’s own tools; there is none of ours yet' },
  J07: { what: 'source maps, repositories and sources on the web', precedent: '/.git', safe: 'not there', proof: [at.house] },
  J08: { what: 'a container with too many rights', precedent: 'containers', safe: 'an ordinary user, read-only', not: 'neither an image nor a unit file is shipped' },
  J09: { what: 'an upgrade that widens rights', precedent: 'upgrades', safe: 'grants and policies stay', not: 'there is no earlier release to upgrade from' },
}

const pattern = /\b[A-J]\d\d[af]?\b/g
/** Ids of the catalogue in a title. */
export const idsIn = (title: string): string[] => [...new Set([...title.matchAll(pattern)].map(([id]) => id).filter((id) => Object.hasOwn(attacks, id)))]
