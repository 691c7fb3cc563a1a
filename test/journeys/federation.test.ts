/** Signing in by other systems, as a person does it: real Chromium, a real OpenID provider, a real directory. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOpenId } from '../../modules/staff/federation/testing/openid.ts'
import { BASE, hasDirectory, READER, startDirectory } from '../../modules/staff/federation/testing/slapd.ts'
import type { Locale } from '../../lib/text/index.ts'
import { violationsOf } from '../axe.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { canTravel, type Company, moveIn, openCompanyDesk, openPage, signIn, wordsOf } from './desk.ts'

/** A field by its label, which shows a star when it must be filled. */
const labelled = (page: Page, label: string) => page.getByLabel(new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\*?$`))
const shots = process.env.SHOW_SCREENS
const light: BrowserContextOptions = { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }
const dark: BrowserContextOptions = { viewport: { width: 320, height: 800 }, colorScheme: 'dark', hasTouch: true }

describe.skipIf(!canTravel || !hasDirectory)('signing in by other systems in a browser', () => {
  let desk: TestDesk
  let company: Company
  let browser: Share
  let idp: Awaited<ReturnType<typeof startOpenId>>
  let directory: Awaited<ReturnType<typeof startDirectory>>
  beforeAll(async () => {
    desk = await openCompanyDesk()
    company = await moveIn(desk)
    browser = await openBrowser()
    idp = await startOpenId({ amy: { email: 'amy@corp.example', email_verified: true, name: 'Amy' }, kate: { email: 'kate@corp.example', email_verified: true, name: 'Kate' } })
    directory = await startDirectory(`dn: uid=lin,${BASE}\nobjectClass: inetOrgPerson\nuid: lin\ncn: Lin\nsn: Lin\nmail: lin@corp.example\nuserPassword: directory-secret\n`)
    await desk.app.pool`insert into platform.setting (key, value, at) values ('staff.network', ${desk.app.pool.json({ clearText: true, privateProviders: true, ldapPorts: [directory.port] })}, ${desk.clock.now()})`
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
    await idp?.stop()
    await directory?.stop()
  })

  /** No barrier, nothing wider than the screen; with SHOW_SCREENS a picture too. */
  async function look(page: Page, name: string): Promise<void> {
    await page.waitForTimeout(300)
    if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
    expect((await violationsOf(page, { beside: 'header' })).map((one) => `${name}: ${one}`)).toEqual([])
    const over = await page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll('[role=dialog]')].map((one) => one.scrollWidth - one.clientWidth)))
    expect([name, over]).toEqual([name, 0])
  }
  const open = async (locale: Locale, options: BrowserContextOptions, problems: string[]) => {
    const page = await openPage(browser, locale, problems, options)
    await page.context().addInitScript((chosen) => localStorage.setItem('loopdesk.language', chosen), locale)
    return page
  }

  test('an administrator sets up a provider and a directory on the pages', { timeout: 300_000 }, async () => {
    const problems: string[] = []
    const t = wordsOf('zh-Hant')
    const page = await open('zh-Hant', light, problems)
    await signIn(page, desk, company.admin, '/sign-in-providers')
    await page.getByRole('heading', { name: t('staff.providers.none') }).waitFor()
    await look(page, 'providers-empty')
    const begin = async (kind: 'oidc' | 'saml' | 'ldap') => {
      await page.getByRole('button', { name: t('staff.providers.add') }).first().click()
      await page.getByRole('menuitem', { name: t(`staff.providers.kind.${kind}`) }).click()
    }
    const field = (key: string) => labelled(page, t(key))
    const save = () => page.getByRole('button', { name: t('staff.save'), exact: true }).click()

    await begin('oidc')
    await field('staff.name').fill('公司帳號')
    await field('staff.providers.issuer').fill('http://user:pw@nowhere.example')
    await field('staff.providers.client-id').fill(idp.clientId)
    await field('staff.providers.client-secret').fill(idp.secret)
    await save()
    await page.getByText(t('staff.federation.address-refused')).waitFor()
    await look(page, 'provider-oidc-refused')
    await field('staff.providers.issuer').fill(idp.issuer)
    await save()
    idp.allow((await page.getByText(/\/api\/federation\/.*\/oidc$/).innerText()).trim())
    await page.getByRole('button', { name: t('staff.providers.check') }).click()
    await page.getByText(t('staff.providers.answers')).waitFor()
    await look(page, 'provider-oidc')
    await page.keyboard.press('Escape')

    await begin('ldap')
    await field('staff.name').fill('總部目錄')
    await field('staff.providers.url').fill(`ldap://localhost:${directory.port}`)
    await page.getByText(t('staff.providers.start-tls'), { exact: true }).click()
    await field('staff.providers.authority').fill(directory.authority)
    await field('staff.providers.bind-dn').fill(READER.dn)
    await field('staff.providers.base-dn').fill(BASE)
    await field('staff.providers.bind-password').fill(READER.password)
    await save()
    await page.getByRole('button', { name: t('staff.providers.check') }).click()
    await page.getByText(t('staff.providers.answers')).first().waitFor()
    await look(page, 'provider-ldap')
    await page.keyboard.press('Escape')
    await begin('saml')
    await look(page, 'provider-saml')
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: /總部目錄/ }).waitFor()
    await look(page, 'providers')

    await page.goto(`${desk.url}/directories`)
    await page.getByRole('heading', { name: t('staff.directories.none') }).waitFor()
    await look(page, 'directories-empty')
    await page.getByRole('button', { name: t('staff.directories.add') }).first().click()
    await field('staff.name').fill('Entra')
    await look(page, 'directory-new')
    await page.getByRole('dialog').getByRole('button', { name: t('staff.directories.add') }).click()
    await page.getByText(t('staff.tokens.once')).waitFor()
    const token = (await page.getByText(/^ldt_/).innerText()).trim()
    await look(page, 'directory-token')
    await page.getByRole('button', { name: t('staff.done') }).click()
    const scim = (path: string, body: unknown) => fetch(`${desk.url}/scim/v2${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }, body: JSON.stringify(body) }).then((answer) => answer.json() as Promise<{ id: string }>)
    const { id } = await scim('/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'joiner@corp.example', displayName: '吳新人' })
    await scim('/Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: '客服主管', members: [{ value: id }] })
    // The list renews itself when the directory tells of a group.
    await page.getByRole('button', { name: new RegExp(t('staff.directories.role-of', { group: '客服主管' })) }).click()
    await page.getByRole('option', { name: t('staff.role.lead'), exact: true }).click()
    await page.getByText(t('staff.saved')).first().waitFor()
    expect(await desk.app.pool`select r.key from staff.person p join staff.role r on r.id = p.role_id where p.id = ${id}`).toEqual([{ key: 'lead' }])
    await look(page, 'directories')
    // Somebody who was here before is given into the directory's care.
    await page.goto(`${desk.url}/people/${company.branches.en.agent.id}`)
    await page.getByRole('button', { name: new RegExp(t('staff.directories.carer')) }).click()
    await page.getByRole('option', { name: 'Entra', exact: true }).click()
    await page.getByText(t('staff.saved')).first().waitFor()
    expect(await desk.app.pool`select from staff.provisioned where person_id = ${company.branches.en.agent.id}`).toHaveLength(1)
    await page.getByText(t('staff.directories.carer-means')).scrollIntoViewIfNeeded()
    await look(page, 'person')
    const small = await open('en', dark, problems)
    await signIn(small, desk, { ...company.admin, locale: 'en' }, '/directories')
    await small.getByText('客服主管').first().waitFor()
    await look(small, 'directories-320')
    await small.goto(`${desk.url}/sign-in-providers`)
    await small.getByText('總部目錄').waitFor()
    await small.getByText('公司帳號').first().click()
    await small.getByRole('dialog').waitFor()
    await look(small, 'provider-oidc-320')
    expect(problems.filter((one) => !/status of 422/.test(one))).toEqual([])
    await Promise.all([page, small].map((one) => one.context().close()))
  })

  async function throughProvider(page: Page, login: string): Promise<void> {
    // Our own door has fields of the same names.
    await page.waitForURL(`${idp.issuer}/**`, { waitUntil: 'commit', timeout: 30_000 })
    await page.locator('input[name=login]').fill(login)
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
  }

  test('a person connects both kinds of account under the own settings and comes in by each', { timeout: 300_000 }, async () => {
    const problems: string[] = []
    const t = wordsOf('en')
    const who = company.branches.en.agent
    const page = await open('en', light, problems)
    await signIn(page, desk, who, '/account')
    await page.getByRole('button', { name: t('staff.identities.connect', { name: '公司帳號' }) }).click()
    await look(page, 'connect')
    await page.getByRole('button', { name: t('staff.identities.go') }).click()
    await throughProvider(page, 'amy')
    await page.getByText(t('staff.identities.confirm-ask', { account: 'amy@corp.example' })).waitFor()
    await look(page, 'connect-confirm')
    await page.getByRole('button', { name: t('staff.identities.confirm') }).click()
    await page.getByText('amy@corp.example', { exact: true }).waitFor()
    await page.getByRole('button', { name: t('staff.identities.connect', { name: '總部目錄' }) }).click()
    await labelled(page, t('staff.ways.login', { name: '總部目錄' })).fill('lin@corp.example')
    await labelled(page, t('staff.ways.password', { name: '總部目錄' })).fill('directory-secret')
    await page.getByRole('button', { name: t('staff.identities.go') }).click()
    await page.getByText('lin@corp.example', { exact: true }).waitFor()
    await look(page, 'account')

    const door = await open('zh-Hans', dark, problems)
    const hans = wordsOf('zh-Hans')
    await door.goto(`${desk.url}/sign-in?return=/inbox`)
    await door.getByRole('button', { name: hans('staff.ways.with', { name: '公司帳號' }) }).waitFor()
    await look(door, 'door-320')
    await door.getByRole('button', { name: hans('staff.ways.with', { name: '公司帳號' }) }).click()
    await throughProvider(door, 'amy')
    await door.waitForURL(/\/inbox/, { waitUntil: 'commit', timeout: 30_000 })

    const second = await open('zh-Hant', light, problems)
    const hant = wordsOf('zh-Hant')
    await second.goto(`${desk.url}/sign-in`)
    await second.getByRole('button', { name: hant('staff.ways.with', { name: '總部目錄' }) }).click()
    await look(second, 'door-directory')
    await labelled(second, hant('staff.ways.login', { name: '總部目錄' })).fill('lin@corp.example')
    await labelled(second, hant('staff.ways.password', { name: '總部目錄' })).fill('directory-secret')
    await second.getByRole('button', { name: hant('staff.sign-in.enter'), exact: true }).click()
    await second.waitForURL(`${desk.url}/`, { waitUntil: 'commit', timeout: 30_000 })

    const stranger = await open('zh-Hant', light, problems)
    await stranger.goto(`${desk.url}/sign-in`)
    await stranger.getByRole('button', { name: hant('staff.ways.with', { name: '公司帳號' }) }).click()
    await throughProvider(stranger, 'kate')
    await stranger.getByText(hant('staff.federation.not-known')).waitFor()
    await look(stranger, 'door-refused')
    expect(problems.filter((one) => one.includes(desk.url) && !/127\.0\.0\.1:\d+\/(interaction|auth)/.test(one))).toEqual([])
    await Promise.all([page, door, second, stranger].map((one) => one.context().close()))
  })
})
