/** The first minutes of an installation: one link, used once, makes the calendar and the first administrator. */
import type { WorkingHours } from '../../lib/calendar/index.ts'
import type { Locale } from '../../lib/text/index.ts'
import type { App } from '../../platform/context.ts'
import { reading, run } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { tokenHash } from './authenticate.ts'
import { createCalendar } from './calendars.ts'
import type { Holidays } from './contract.ts'
import { hashPassword, mustBeStrong } from './password.ts'
import { createPerson } from './people.ts'
import { getPolicy } from './policy.ts'
import { type Opened, type Origin, openSession } from './sign-in.ts'
import { setupLinkLives, useSetupLink } from './store/access.ts'
import { administratorExists, countOthersWith } from './store/people.ts'

/** True as long as nobody can administer the installation. */
export const needsSetup = async (app: App): Promise<boolean> => !(await administratorExists(app.pool))

export interface SetUp {
  token: string
  locale: Locale
  zone: string
  calendar: { name: string; week: WorkingHours['week']; holidays: Holidays }
  administrator: { name: string; login: string; password: string }
  start: 'demo' | 'empty'
}
const done = (): Fault => new Fault('staff.setup-done', 404)
const dead = (): Fault => new Fault('staff.setup-link-dead', 403)

/** All or nothing. Throws 404 `staff.setup-done` once there is an administrator, 403 `staff.setup-link-dead`, 422 for a weak password. */
export async function setUp(app: App, wanted: SetUp, origin: Origin): Promise<Opened & { calendarId: string }> {
  const hash = tokenHash(app, wanted.token)
  const before = reading(app, { locale: wanted.locale })
  if (!(await needsSetup(app))) throw done()
  // Looked at before the password is computed: a stranger must not make us work.
  if (!(await setupLinkLives(before, hash))) throw dead()
  const { name, login, password } = wanted.administrator
  await mustBeStrong(password, login, 'administrator.password', (await getPolicy(before)).rules)
  const passwordHash = await hashPassword(password)
  return run(app, { locale: wanted.locale }, async (ctx) => {
    if ((await countOthersWith(ctx, null, '*')) > 0) throw done()
    if (!(await useSetupLink(ctx, hash))) throw dead()
    const calendar = await createCalendar(ctx, { name: wanted.calendar.name, hours: { zone: wanted.zone, week: wanted.calendar.week, exceptions: [] }, holidays: wanted.calendar.holidays, isDefault: true })
    const person = await createPerson(ctx, { name, login, role: 'administrator', locale: wanted.locale, zone: wanted.zone, languages: [wanted.locale === 'en' ? 'en' : 'zh'], passwordHash, isOwnPassword: true })
    await emit(ctx, 'staff.set-up', { subject: person.id, data: { start: wanted.start, locale: wanted.locale, zone: wanted.zone } })
    return { ...(await openSession(ctx, person.id, origin, 'password')), calendarId: calendar.id }
  })
}
