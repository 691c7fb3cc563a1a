/** Passwords: what is accepted, and argon2id over a queue that neither a flood of sign-ins nor a huge text can choke. */
import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { sameBytes } from '../../platform/crypto/index.ts'
import { Fault } from '../../platform/fault.ts'
import { foldLogin } from './people.ts'

const derive = promisify(argon2)
// OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane; about 100 ms of one core.
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const TAG_BYTES = 32
const MOST_BYTES = 1_024
const LEAST_CHARACTERS = 10

// Of the published lists of common passwords those long enough to pass the first rule, and what people make of our name.
const COMMON = new Set(`
1234567890 0123456789 0987654321 9876543210 12345678910 123456789a 123456789q a123456789 q123456789 abc1234567 abcd123456 abcdefghij abcdefg123
1q2w3e4r5t 1qaz2wsx3edc 1qazxsw23edc q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde3 qwertyuiop qwertyuiop123 qwerty1234 qwerty12345 qwerty123456 qwe123qwe123 asdfghjkl1 asdfghjkl123 zxcvbnm123
password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123 p@ssword123 password01 password00 mypassword mypassword1 passwordpassword administrator admin12345 admin123456
adminadmin adminadmin1 rootroot12 welcome123 welcome1234 letmein123 letmein1234 changeme12 changeme123 iloveyou12 iloveyou123 iloveyou1314 woaini1314 woaini520 woaini5201314 woaini1314520 5201314520
1314520520 qq123456789 asd123456789 aa123456789 aaa123456789 a1b2c3d4e5 11223344556 1122334455 1020304050 147258369 1472583690 159357456 superman123 football123 baseball123 basketball
monkey12345 dragon12345 master12345 sunshine12 sunshine123 princess12 princess123 charlie123 starwars12 starwars123 computer12 computer123 internet12 internet123 samsung123 michael123
test123456 test1234567 testtest12 guest12345 user123456 default123 secret1234 secret12345 loopdesk12 loopdesk123 loopdesk1234 loopdesk2026 loopdeskloopdesk customer12 customer123
service123 support123 helpdesk12 helpdesk123 callcenter callcentre taiwan1234 taipei1234 zhongguo123 shanghai123 beijing123 kefu123456 kefu12345678`.trim().split(/\s+/))

/** Throws 422 with the field when a new password is too short, too long or among those everybody tries. */
export function mustBeStrong(password: string, login: string, path: string): void {
  const code = weakness(password, login)
  if (code) throw new Fault(code, 422, { least: LEAST_CHARACTERS }, [{ path, code, args: { least: LEAST_CHARACTERS } }])
}

function weakness(password: string, login: string): string | null {
  if (Buffer.byteLength(password) > MOST_BYTES) return 'staff.password-long'
  const folded = password.normalize('NFKC').toLowerCase()
  const characters = [...folded]
  if (characters.length < LEAST_CHARACTERS) return 'staff.password-short'
  const name = foldLogin(login)
  if (COMMON.has(folded) || new Set(characters).size < 4 || isRun(characters) || folded === name || folded === name.slice(0, name.indexOf('@'))) return 'staff.password-common'
  return null
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
