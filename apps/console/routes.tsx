import { type AsyncRouteComponent, lazyRouteComponent } from '@tanstack/react-router'
import { ChannelsPage, MailsPage } from '../../modules/channels/screens/index.tsx'
import { CustomerPage, CustomersPage, LifecyclePage, StagesPage } from '../../modules/customers/screens/index.tsx'
import { AlarmsPage, AuditPage, CompliancePage, NoticesPage } from '../../modules/governance/screens/index.tsx'
import { AssessmentsPage, BreachesPage, BreachPage, ConsentsPage, ExportsPage, OutsidePage, PersonRequestPage, PersonRequestsPage, RegisterPage, RetentionPage } from '../../modules/governance/screens/privacy/index.tsx'
import { ChannelEffectPage, ChannelTiersPage, MetricAlarmsPage, QualityIndexPage, ReportRequestsPage, ReportsPage, SavedReportsPage, StartPage, WallboardsPage, WallPage } from '../../modules/insight/screens/index.tsx'
import { InboxPage, RequestPage } from '../../modules/requests/screens/index.tsx'
import { QueuesPage } from '../../modules/routing/screens/index.tsx'
import {
  AccessPage, AccountPage, CalendarPage, CalendarsPage, DirectoriesPage, PeoplePage, PersonPage, ProvidersPage, RolesPage, SetupPage, SignInPage, SkillsPage, TeamsPage, TokensPage,
} from '../../modules/staff/screens/index.tsx'
import { CataloguePage, ChannelRecordPage, ChannelRecordsPage, RulesPage, ServicePage, ServicesPage, StandardPage } from '../../modules/standards/screens/index.tsx'
import type { PageName } from './paths.ts'
import type { Place } from './shell/rail.ts'

/**
 * Every page of the console. To add one: give it an address in `paths.ts`; in its room write
 *
 *     // modules/<room>/screens/index.tsx
 *     export const InboxPage = lazyRouteComponent(() => import('./Inbox.tsx'))      // Inbox.tsx: export default function Inbox() {…}
 *
 * and a line here. Pages are fetched when they are first opened; `rail` also gives them a place at the left and a `g …` key.
 */
export interface Route {
  page: AsyncRouteComponent<object>
  /** The permission that opens it; others are told so. */
  needs?: string
  rail?: Place
  /** The place it belongs to where its address begins otherwise; that place is marked while the page is open. */
  within?: Place
  /** bare: seen before sign-in, without the shell (sign-in, set-up); either: bare before, in the shell after sign-in. */
  frame?: 'bare' | 'either'
}

export const routes: Partial<Record<PageName, Route>> = {
  start: { page: StartPage, needs: 'requests.read', rail: 'start' },
  queues: { page: QueuesPage, needs: 'requests.read', rail: 'queues' },
  reports: { page: ReportsPage, needs: 'requests.read', rail: 'insight' },
  reportRequests: { page: ReportRequestsPage, needs: 'requests.read' },
  qualityIndex: { page: QualityIndexPage, needs: 'insight.read' },
  savedReports: { page: SavedReportsPage, needs: 'requests.read' },
  metricAlarms: { page: MetricAlarmsPage, needs: 'insight.read' },
  channelEffect: { page: ChannelEffectPage, needs: 'requests.read' },
  channelTiers: { page: ChannelTiersPage, needs: 'requests.read' },
  wallboards: { page: WallboardsPage, needs: 'insight.arrange' },
  wall: { page: WallPage, frame: 'bare' },
  signIn: { page: SignInPage, frame: 'bare' },
  signInByLink: { page: SignInPage, frame: 'bare' },
  setup: { page: SetupPage, frame: 'bare' },
  inbox: { page: InboxPage, needs: 'requests.read', rail: 'inbox' },
  request: { page: RequestPage, needs: 'requests.read', within: 'inbox' },
  channels: { page: ChannelsPage, needs: 'channels.read', rail: 'channels' },
  mails: { page: MailsPage, needs: 'mails.read' },
  services: { page: ServicesPage, needs: 'standards.read', rail: 'standards' },
  service: { page: ServicePage, needs: 'standards.read' },
  standard: { page: StandardPage, needs: 'standards.read' },
  standards: { page: CataloguePage, needs: 'standards.read', within: 'standards' },
  channelRecords: { page: ChannelRecordsPage, needs: 'standards.read', within: 'standards' },
  channelRecord: { page: ChannelRecordPage, needs: 'standards.read', within: 'standards' },
  rules: { page: RulesPage, needs: 'standards.read', within: 'standards' },
  customers: { page: CustomersPage, needs: 'customers.read', rail: 'customers' },
  lifecycle: { page: LifecyclePage, needs: 'customers.read' },
  stages: { page: StagesPage, needs: 'customers.read' },
  customer: { page: CustomerPage, needs: 'customers.read' },
  audit: { page: AuditPage, needs: 'audit.read', rail: 'governance' },
  alarms: { page: AlarmsPage, needs: 'alarms.read', rail: 'governance' },
  notices: { page: NoticesPage, rail: 'governance' },
  compliance: { page: CompliancePage, needs: 'compliance.read', rail: 'governance' },
  personRequests: { page: PersonRequestsPage, needs: 'privacy.read', rail: 'governance' },
  personRequest: { page: PersonRequestPage, needs: 'privacy.read' },
  breaches: { page: BreachesPage, needs: 'privacy.read' },
  breach: { page: BreachPage, needs: 'privacy.read' },
  outside: { page: OutsidePage, needs: 'privacy.read' },
  assessments: { page: AssessmentsPage, needs: 'privacy.read' },
  consents: { page: ConsentsPage, needs: 'privacy.read' },
  exports: { page: ExportsPage, needs: 'privacy.export', rail: 'governance' },
  retention: { page: RetentionPage, needs: 'privacy.read' },
  personalData: { page: RegisterPage, needs: 'privacy.read', rail: 'governance' },
  account: { page: AccountPage },
  people: { page: PeoplePage, needs: 'staff.read', rail: 'people' },
  person: { page: PersonPage, needs: 'staff.read' },
  teams: { page: TeamsPage, needs: 'staff.read', within: 'people' },
  skills: { page: SkillsPage, needs: 'staff.read', within: 'people' },
  roles: { page: RolesPage, needs: 'staff.read', within: 'people' },
  calendars: { page: CalendarsPage, needs: 'staff.read', within: 'people' },
  calendar: { page: CalendarPage, needs: 'staff.read', within: 'people' },
  demo: { page: lazyRouteComponent(() => import('../demo/DemoPage.tsx')), needs: 'staff.configure' },
  tokens: { page: TokensPage, needs: 'access.grant', within: 'people' },
  access: { page: AccessPage, needs: 'access.approve', within: 'people' },
  providers: { page: ProvidersPage, needs: 'access.configure', within: 'people' },
  directories: { page: DirectoriesPage, needs: 'access.grant', within: 'people' },
  parts: { page: lazyRouteComponent(() => import('./shell/parts/PartsPage.tsx')), frame: 'either' },
}
