import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { languages, useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Button, CopyField, Dialog, EmptyState, Form, NumberField, Select, Table, TextField, Time } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { themes, wallboards, type Wallboard } from '../wall/contract.ts'
import { InsightFrame } from './InsightFrame.tsx'

/** Links to wallboards that are open. */
export default function Wallboards(): ReactElement {
  const t = useText()
  const found = useGet(wallboards.wallboards, {}, { live: ['wallboard.'] })
  const [isMaking, setMaking] = useState(false)
  const [revoked, setRevoked] = useState<Wallboard | null>(null)
  const revoke = useCall(wallboards.revokeWallboard, { refresh: [wallboards.wallboards] })
  const make = <Button variant="primary" onPress={() => setMaking(true)}>{t('insight.wall.make')}</Button>
  return (
    <InsightFrame here="wallboards" title={t('insight.wall.title')} lead={t('insight.wall.lead')} actions={make}>
      <Loaded of={found}>{({ rows }) => (
        <Table<Wallboard> label={t('insight.wall.title')} rows={rows} rowId={(row) => row.id} empty={<EmptyState title={t('insight.wall.none')}>{t('insight.wall.none-next')}</EmptyState>} columns={[
          { id: 'name', title: t('insight.wall.name'), cell: (row) => row.name },
          { id: 'team', title: t('insight.wall.team'), priority: 3, cell: (row) => row.team?.name ?? t('insight.wall.team-all') },
          { id: 'maker', title: t('insight.wall.maker'), priority: 3, cell: (row) => row.madeBy.name },
          { id: 'seen', title: t('insight.wall.seen'), cell: (row) => row.lastSeenAt === null ? t('insight.wall.never') : <Time at={row.lastSeenAt} /> },
          { id: 'revoke', title: t('insight.wall.revoke'), align: 'end', cell: (row) => <Button size="sm" aria-label={`${t('insight.wall.revoke')} ${row.name}`} onPress={() => setRevoked(row)}>{t('insight.wall.revoke')}</Button> },
        ]} />
      )}</Loaded>
      {isMaking && <MakeDialog onClose={() => setMaking(false)} />}
      {revoked && <AlertDialog title={t('insight.wall.revoke-title')} isOpen onOpenChange={() => setRevoked(null)} confirmLabel={t('insight.wall.revoke')} cancelLabel={t('insight.wall.cancel')} isDangerous onConfirm={async () => { await revoke.mutateAsync({ params: { id: revoked.id } }) }}>{t('insight.wall.revoke-means')}</AlertDialog>}
    </InsightFrame>
  )
}

function MakeDialog({ onClose }: { onClose: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const { locale: present } = useLanguage()
  const sees = person?.scope === 'all' && may('staff.read')
  const all = useGet(staff.teams, { query: {} }, { isEnabled: sees, staleSeconds: 300 })
  const teams = sees ? (all.data?.rows ?? []) : (person?.teams ?? [])
  const [locale, setLocale] = useState(present)
  const [theme, setTheme] = useState<(typeof themes)[number]>('dark')
  const [seconds, setSeconds] = useState(15)
  const [teamId, setTeamId] = useState('all')
  const make = useCall(wallboards.makeWallboard, { refresh: [wallboards.wallboards], onFault: () => undefined })
  const close = t('console.close')
  if (make.data) return (
    <Dialog title={t('insight.wall.link')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={close} actions={<Button variant="primary" onPress={onClose}>{t('insight.wall.close')}</Button>}>
      <CopyField label={t('insight.wall.link')} text={make.data.link} copyLabel={t('insight.wall.copy')} copiedLabel={t('insight.wall.copied')} />
      <p className="max-w-reading text-muted">{t('insight.wall.link-means')}</p>
    </Dialog>
  )
  return (
    <Dialog title={t('insight.wall.make')} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={close}>
      <Form onSubmit={(values) => make.mutate({ body: { name: String(values.get('name')), locale, theme, seconds, teamId: teamId === 'all' ? null : teamId } })} faults={make.fieldFaults} fault={make.faultText}>
        <TextField name="name" label={t('insight.wall.name')} isRequired maxLength={80} placeholder={t('insight.wall.name-example')} />
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          {teams.length > 0 && <Select label={t('insight.wall.team')} value={teamId} onChange={setTeamId} options={[{ id: 'all', label: t('insight.wall.team-all') }, ...teams.map((one) => ({ id: one.id, label: one.name }))]} />}
          <Select label={t('insight.wall.language')} value={locale} onChange={(id) => setLocale(languages.find((one) => one.id === id)?.id ?? locale)} options={languages.map(({ id, label }) => ({ id, label }))} />
          <Select label={t('insight.wall.theme')} value={theme} onChange={(id) => setTheme(themes.find((one) => one === id) ?? theme)} options={themes.map((id) => ({ id, label: t(`insight.wall.theme-${id}`) }))} />
          <NumberField label={t('insight.wall.seconds')} minValue={5} maxValue={300} value={seconds} onChange={setSeconds} unit={t('insight.wall.seconds-unit')} />
        </div>
        <Actions><Button onPress={onClose}>{t('insight.wall.cancel')}</Button><Button variant="primary" type="submit" busy={make.isPending}>{t('insight.wall.make')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
