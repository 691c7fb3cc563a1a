import { KeyRound, Landmark } from 'lucide-react'
import type { ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Banner, Button } from '../../../../ui/index.ts'
import { federation, type WayRow } from '../../federation/contract.ts'

/** The other systems one can sign in by, below the password. A directory is asked for its own password in place. */
export function OtherWays({ returnTo, onDirectory }: { returnTo: string; onDirectory: (way: WayRow) => void }): ReactElement | null {
  const t = useText()
  const ways = useGet(federation.signInWays, {}, { staleSeconds: 60 })
  const begin = useCall(federation.beginSignIn, { onFault: () => undefined, onDone: ({ url }) => location.assign(url) })
  const rows = ways.data?.rows ?? []
  if (rows.length === 0) return null
  return (
    <section aria-label={t('staff.ways')} className="flex flex-col gap-2 border-t border-line pt-4">
      {rows.map((way) => (
        <Button
          key={way.id} className="w-full justify-center" icon={way.kind === 'ldap' ? <Landmark className="size-4" aria-hidden="true" /> : <KeyRound className="size-4" aria-hidden="true" />}
          busy={begin.isPending && begin.variables?.body.providerId === way.id} onPress={() => { if (way.kind === 'ldap') onDirectory(way); else begin.mutate({ body: { providerId: way.id, returnTo } }) }}
        >
          {t('staff.ways.with', { name: way.name })}
        </Button>
      ))}
      {begin.faultText !== undefined && <Banner tone="late" className="rounded-md">{begin.faultText}</Banner>}
    </section>
  )
}

/** Why a provider's answer was not taken: the address names one of our own texts. */
export function Refusal({ code }: { code: string | undefined }): ReactElement | null {
  const t = useText()
  if (code === undefined || !/^staff\.(federation|provider)\.[a-z-]+$/.test(code) || t(code) === code) return null
  return <Banner tone="late" className="rounded-md">{t(code)}</Banner>
}
