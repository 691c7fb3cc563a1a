/** The programs of other people that some tests need: a browser, a font with Chinese, a real IMAP server, a real directory. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const onPath = (...names) => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some((folder) => names.some((name) => existsSync(join(folder, name))))
const fonts = () => ['/usr/share/fonts', '/usr/local/share/fonts'].filter(existsSync).flatMap((folder) => readdirSync(folder, { recursive: true }))

const tools = [
  { name: 'chromium', isThere: () => onPath('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome') },
  { name: 'fonts-noto-cjk', isThere: () => fonts().some((file) => /(cjk|wqy|sourcehan).*\.(tt[cf]|otf|otc)$/i.test(String(file))) },
  { name: 'dovecot-imapd', isThere: () => onPath('dovecot') && ['/usr/lib/dovecot/imap', '/usr/libexec/dovecot/imap'].some(existsSync) },
  { name: 'slapd', isThere: () => onPath('slapd') && existsSync('/etc/ldap/schema/core.schema') },
  { name: 'openssl', isThere: () => onPath('openssl') },
]

/** Installs what is missing when root may; answers the Debian names of what is still missing. */
export function ensureTools() {
  const missing = () => tools.filter((tool) => !tool.isThere()).map((tool) => tool.name)
  const wanted = missing()
  if (wanted.length === 0) return []
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return wanted
  console.log(`Installing ${wanted.join(', ')} for the tests …`)
  const apt = (...args) => spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' })
  apt('update')
  // The shell without windows shows the tests the same and costs a quarter less; not every system has it as a package.
  const hasShell = wanted.includes('chromium') && spawnSync('apt-cache', ['show', 'chromium-headless-shell'], { stdio: 'ignore' }).status === 0
  const installed = apt('install', '-y', '--no-install-recommends', ...wanted.map((name) => name === 'chromium' && hasShell ? 'chromium-headless-shell' : name))
  if (installed.status !== 0) console.log(installed.stderr.trim().split('\n').slice(-3).join('\n'))
  // Debian starts a server on its being installed; the tests run their own, on their own ports.
  for (const [name, service] of [['dovecot-imapd', 'dovecot'], ['slapd', 'slapd']]) if (wanted.includes(name)) spawnSync('service', [service, 'stop'], { stdio: 'ignore' })
  return missing()
}
