/** Passwords: what is accepted, and argon2id over a queue that neither a flood of sign-ins nor a huge text can choke. */
import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { sameBytes } from '../../platform/crypto/index.ts'
import { Fault } from '../../platform/fault.ts'
import { foldLogin } from './people.ts'
import type { Rules } from './profiles.ts'

const derive = promisify(argon2)
// OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane; about 100 ms of one core.
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const TAG_BYTES = 32
const MOST_BYTES = 1_024

// What people make of our name and of the work, and what the published list lacks of Chinese keyboards.
const OUR_OWN = `loopdesk12 loopdesk123 loopdesk1234 loopdesk2026 loopdeskloopdesk customer12 customer123 service123 support123 helpdesk12 helpdesk123 callcenter callcentre taiwan1234 taipei1234
zhongguo123 shanghai123 beijing123 kefu123456 kefu12345678 woaini1314 woaini520 woaini5201314 woaini1314520 administrator admin123456 password1234 passwordpassword qwertyuiop123`.split(/\s+/)
let common: Promise<ReadonlySet<string>> | null = null
/** The most common passwords of published breaches (49,000, @zxcvbn-ts/language-common): read when first asked for. */
const commonPasswords = (): Promise<ReadonlySet<string>> =>
  (common ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set([...dictionary['passwords-common'], ...OUR_OWN])))

/** Throws 422 with the field when a new password is too short, too plain, too long or among those everybody tries. */
export async function mustBeStrong(password: string, login: string, path: string, rules: Pick<Rules, 'leastCharacters' | 'leastKinds'>): Promise<void> {
  const code = weakness(password, login, rules, await commonPasswords())
  const args = { least: rules.leastCharacters, kinds: rules.leastKinds }
  if (code) throw new Fault(code, 422, args, [{ path, code, args }])
}

function weakness(password: string, login: string, rules: Pick<Rules, 'leastCharacters' | 'leastKinds'>, known: ReadonlySet<string>): string | null {
  if (Buffer.byteLength(password) > MOST_BYTES) return 'staff.password-long'
  const folded = password.normalize('NFKC').toLowerCase()
  const characters = [...folded]
  if (characters.length < rules.leastCharacters) return 'staff.password-short'
  const name = foldLogin(login)
  // With the digits and signs taken off its ends, `Password2026!` is the word everybody tries.
  const bare = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  if (known.has(folded) || (bare.length >= 6 && known.has(bare)) || new Set(characters).size < 4 || isRun(characters) || folded.includes(name) || bare === name.slice(0, name.indexOf('@'))) return 'staff.password-common'
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{Ll}\p{Lu}\p{N}]/u].filter((kind) => kind.test(password)).length
  return kinds < rules.leastKinds ? 'staff.password-kinds' : null
}
const isRun = (characters: string[]): boolean => {
  const step = characters[1]!.codePointAt(0)! - characters[0]!.codePointAt(0)!
  return characters.every((one, i) => i === 0 || one.codePointAt(0)! - characters[i - 1]!.codePointAt(0)! === step)
}

const AT_ONCE = 2
const MOST_WAITING = 64
let busy = 0
const waiting: (() => void)[] = []

// Two at once leave the other threads of the pool to files and names; who would wait longer than some seconds is told so.
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (busy >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) throw new Fault('staff.busy', 503)
    await new Promise<void>((turn) => waiting.push(turn))
  } else busy++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else busy--
  }
}

const tag = (password: string, nonce: Buffer, memory: number, passes: number, parallelism: number, tagLength: number): Promise<Buffer> =>
  inTurn(() => derive('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce, memory, passes, parallelism, tagLength }) as Promise<Buffer>)
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** The hash in PHC form, `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(await tag(password, salt, MEMORY_KIB, PASSES, LANES, TAG_BYTES))}`
}

// Compared with when there is no such person: the answer must take as long as for a real one.
const nobody = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(randomBytes(16))}$${base64(randomBytes(TAG_BYTES))}`

/** True when the password belongs to the hash; without a hash it computes as long and is false. */
export async function checkPassword(hash: string | null, password: string): Promise<boolean> {
  const [, m, t, p, salt, wanted] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash ?? nobody)!
  const expected = Buffer.from(wanted!, 'base64')
  const tooLong = Buffer.byteLength(password) > MOST_BYTES
  const found = await tag(tooLong ? '' : password, Buffer.from(salt!, 'base64'), Number(m), Number(t), Number(p), expected.length)
  return sameBytes(found, expected) && hash !== null && !tooLong
}
