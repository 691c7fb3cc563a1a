import { Plus } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useLanguage, useText } from '../../../../apps/console/text.tsx'
import { Actions, Button, Dialog, EmptyState, Form, Num, Select, Table, TextArea, Time, toast } from '../../../../ui/index.ts'
import { privacy, purposes, type NoticeRow, type Purpose } from '../../privacy/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'

const languages = [['zh-Hant', '繁體中文'], ['zh-Hans', '简体中文'], ['en', 'English']] as const

/** The words people agree to, purpose by purpose, and how many do. */
export default function Consents(): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const refusal = useRefusal('privacy.edit')
  const found = useGet(privacy.notices, {}, { live: ['privacy.notice', 'privacy.consent'] })
  const [edited, setEdited] = useState<NoticeRow | 'new' | null>(null)
  const add = <Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setEdited('new')}>{t('governance.privacy.notice-new')}</Button>
  return (
    <GovernanceFrame here="consents" title={t('governance.privacy.consents')} lead={t('governance.privacy.consents-lead')} actions={add}>
      <Loaded of={found} rows={4}>
        {({ rows }) => (
          <>
            <Table<NoticeRow>
              label={t('governance.privacy.consents')} rows={rows} rowId={(row) => row.id} onOpen={setEdited}
              empty={<EmptyState title={t('governance.privacy.notices-none')} action={add}>{t('governance.privacy.notices-none-next')}</EmptyState>}
              columns={[
                { id: 'purpose', title: t('governance.privacy.purpose'), cell: (row) => <span className="block py-1"><span className="font-bold">{t(`governance.privacy.consent.${row.purpose}`)}</span><span className="line-clamp-2 text-sm wrap-anywhere text-muted">{row.words[locale]}</span></span> },
                { id: 'version', title: t('governance.privacy.version'), align: 'end', cell: (row) => <Num value={row.version} /> },
                { id: 'valid', title: t('governance.privacy.agreeing'), align: 'end', cell: (row) => <Num value={row.valid} /> },
                { id: 'outdated', title: t('governance.privacy.to-ask-again'), align: 'end', cell: (row) => <Num value={row.outdated} /> },
                { id: 'since', title: t('governance.privacy.published'), align: 'end', cell: (row) => <Time at={row.publishedAt} isPlain /> },
                { id: 'hash', title: 'SHA-256', priority: 3, cell: (row) => <code className="font-mono text-sm text-faint">{row.sha256.slice(0, 12)}</code> },
              ]}
            />
            {edited && <NoticeDialog notice={edited === 'new' ? null : edited} taken={rows.map((row) => row.purpose)} refusal={refusal} onClose={() => setEdited(null)} />}
          </>
        )}
      </Loaded>
    </GovernanceFrame>
  )
}

function NoticeDialog({ notice, taken, refusal, onClose }: { notice: NoticeRow | null; taken: readonly Purpose[]; refusal: string | undefined; onClose: () => void }) {
  const t = useText()
  const [missing, setMissing] = useState<Record<string, string>>({})
  const publish = useCall(privacy.publish, { refresh: [privacy.notices], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.notice-published')); onClose() } })
  const free = purposes.filter((one) => !taken.includes(one))
  return (
    <Dialog isOpen size="lg" onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={notice ? t('governance.privacy.notice-of', { purpose: t(`governance.privacy.consent.${notice.purpose}`), version: notice.version }) : t('governance.privacy.notice-new')} closeLabel={t('console.close')}>
      <Form
        faults={{ ...publish.fieldFaults, ...missing }} {...(publish.faultText ? { fault: publish.faultText } : {})}
        onSubmit={(values) => {
          const given = { 'zh-Hant': String(values.get('zh-Hant') ?? '').trim(), 'zh-Hans': String(values.get('zh-Hans') ?? '').trim(), en: String(values.get('en') ?? '').trim() }
          const lacking = Object.fromEntries(languages.filter(([id]) => given[id] === '').map(([id]) => [id, t('input.empty')]))
          setMissing(lacking)
          const purpose = notice?.purpose ?? purposes.find((one) => one === values.get('purpose'))
          if (Object.keys(lacking).length === 0 && purpose) publish.mutate({ body: { purpose, words: given } })
        }}
      >
        <p className="max-w-reading text-muted">{t(notice ? 'governance.privacy.notice-again-means' : 'governance.privacy.notice-means')}</p>
        {!notice && <Select name="purpose" label={t('governance.privacy.purpose')} defaultValue={free[0] ?? purposes[0]} options={free.map((id) => ({ id, label: t(`governance.privacy.consent.${id}`) }))} />}
        {languages.map(([id, label]) => <TextArea key={id} name={id} label={label} rows={3} isRequired defaultValue={notice?.words[id] ?? ''} error={missing[id] ?? publish.fieldFaults?.[`words.${id}`]} />)}
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={publish.isPending} reason={refusal ?? (!notice && free.length === 0 ? t('governance.privacy.no-purpose-left') : undefined)}>{t('governance.privacy.publish')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
