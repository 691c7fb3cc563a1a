import { Check, Copy } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { IconButton } from './IconButton.tsx'

export interface CopyFieldProps {
  label: string
  text: string
  copyLabel: string
  copiedLabel: string
}

function CopyButton({ text, copyLabel, copiedLabel }: Omit<CopyFieldProps, 'label'>) {
  const [isCopied, setCopied] = useState(false)
  const copy = () => {
    void copyText(text).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 2000)
    })
  }
  return (
    <>
      <IconButton size="sm" label={isCopied ? copiedLabel : copyLabel} onPress={copy} icon={isCopied ? <Check className="size-4 text-ok" aria-hidden="true" /> : <Copy className="size-4" aria-hidden="true" />} />
      <span role="status" className="sr-only">{isCopied ? copiedLabel : ''}</span>
    </>
  )
}

async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  // Installations inside a company often run without TLS, where browsers keep the clipboard closed.
  const area = Object.assign(document.createElement('textarea'), { value: text })
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** A value to carry elsewhere: an address, a token. */
export function CopyField({ label, text, ...labels }: CopyFieldProps): ReactElement {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span className="text-sm font-bold text-muted">{label}</span>
      <span className="flex min-h-control items-center gap-1 rounded-md border border-line bg-sunken ps-2.5 pe-0.5">
        <code className="min-w-0 flex-1 truncate font-mono text-sm select-all">{text}</code>
        <CopyButton text={text} {...labels} />
      </span>
    </div>
  )
}

/** Several lines of code or settings, with its own copy button; `isProse` for words, which wrap. */
export function CodeBlock({ label, text, isProse = false, ...labels }: CopyFieldProps & { isProse?: boolean }): ReactElement {
  return (
    <figure className="overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between border-b border-line ps-3 pe-0.5 text-sm text-muted">{label}<CopyButton text={text} {...labels} /></figcaption>
      <pre tabIndex={0} aria-label={label} className={isProse ? 'max-h-96 max-w-reading overflow-auto p-3 font-sans whitespace-pre-wrap wrap-anywhere' : 'overflow-auto p-3 font-mono text-sm leading-5'}>{text}</pre>
    </figure>
  )
}
