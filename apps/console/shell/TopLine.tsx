import { ChevronDown, CircleHelp, Search } from 'lucide-react'
import { lazy, Suspense, type ReactElement } from 'react'
import { clsx } from 'clsx'
import { Avatar, Button, IconButton, Kbd, Menu, PresenceDot, Tooltip } from '../../../ui/index.ts'
import { useConnection } from '../live.ts'
import { paths } from '../paths.ts'
import { routes } from '../routes.tsx'
import { useMay, useSession } from '../session.tsx'
import { languages, useLanguage, useText } from '../text.tsx'
import { usePreferences, type Theme } from '../theme.ts'

const NoticesBell = lazy(() => import('../../../modules/requests/screens/Notices.tsx').then((notices) => ({ default: notices.NoticesBell })))
const presences = ['online', 'away', 'offline'] as const
const themes = ['system', 'light', 'dark'] as const

export function TopLine({ onCommand, onHelp }: { onCommand: () => void; onHelp: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <header className="flex h-11 items-center gap-1 border-b border-line bg-surface px-3">
      <Button variant="quiet" onPress={onCommand} className="min-w-0 justify-start! border-line! bg-raised! sm:w-80" icon={<Search className="size-4" aria-hidden="true" />}>
        <span className="min-w-0 flex-1 truncate text-start">{t('console.command')}</span><Kbd keys="mod+k" className="text-faint max-sm:hidden" />
      </Button>
      <span className="flex-1" />
      <ConnectionMark />
      {may('requests.read') && <Suspense fallback={null}><NoticesBell /></Suspense>}
      <PresenceMenu />
      <IconButton label={t('console.shortcuts')} keys="?" icon={<CircleHelp className="size-4" aria-hidden="true" />} onPress={onHelp} className="max-sm:hidden" />
      <PersonMenu />
    </header>
  )
}

function ConnectionMark() {
  const t = useText()
  const { state } = useConnection()
  const words = t(`console.connection.${state}`)
  return (
    <Tooltip text={t(`console.connection-means.${state}`)}>
      <Button variant="quiet" size="sm" aria-label={words} className={state === 'off' ? 'text-late!' : undefined}>
        <span aria-hidden="true" className={clsx('size-2', state === 'on' ? 'rounded-full bg-ok' : state === 'connecting' ? 'rounded-full border-2 border-soon' : 'rounded-[1px] bg-late')} />
        <span className="max-sm:hidden">{words}</span>
      </Button>
    </Tooltip>
  )
}

function PresenceMenu() {
  const t = useText()
  const { person, setPresence } = useSession()
  if (!person) return null
  return (
    <Menu
      label={t('console.presence')}
      trigger={<Button variant="quiet" size="sm" aria-label={`${t('console.presence')}: ${t(`console.presence.${person.presence}`)}`}><PresenceDot state={person.presence} /><span className="max-sm:hidden">{t(`console.presence.${person.presence}`)}</span><ChevronDown className="size-3" aria-hidden="true" /></Button>}
      groups={[{ id: 'presence', entries: presences.map((presence) => ({ id: presence, label: t(`console.presence.${presence}`), description: t(`console.presence-means.${presence}`), icon: <PresenceDot state={presence} />, isChosen: presence === person.presence })) }]}
      onAction={(id) => { const chosen = presences.find((presence) => presence === id); if (chosen) setPresence(chosen) }}
    />
  )
}

function PersonMenu() {
  const t = useText()
  const { person, signOut, setLanguage } = useSession()
  const may = useMay()
  const { locale } = useLanguage()
  const [{ theme }, setPreferences] = usePreferences()
  if (!person) return null
  const act = (id: string) => {
    const [kind, value] = id.split(':')
    const language = languages.find((each) => each.id === value)
    if (kind === 'language' && language) setLanguage(language.id)
    else if (kind === 'theme') setPreferences({ theme: value as Theme })
    else if (kind === 'sign-out') signOut()
  }
  return (
    <Menu
      label={t('console.person')} placement="bottom end" onAction={act}
      trigger={<Button variant="quiet" aria-label={`${t('console.person')}: ${person.name}`} className="px-1!"><Avatar name={person.name} isDecorative /></Button>}
      groups={[
        { id: 'person', title: `${person.name} · ${person.login}`, entries: routes.account ? [{ id: 'account', label: t('console.account'), href: paths.account() }, ...(may('staff.configure') ? [{ id: 'demo', label: t('console.demo'), href: paths.demo() }] : [])] : [{ id: 'sign-out', label: t('console.sign-out') }] },
        { id: 'language', title: t('console.language'), entries: languages.map((language) => ({ id: `language:${language.id}`, label: language.label, isChosen: language.id === locale })) },
        { id: 'theme', title: t('console.theme'), entries: themes.map((each) => ({ id: `theme:${each}`, label: t(`console.theme.${each}`), isChosen: each === theme })) },
        ...(routes.account ? [{ id: 'leave', entries: [{ id: 'sign-out', label: t('console.sign-out') }] }] : []),
      ]}
    />
  )
}
