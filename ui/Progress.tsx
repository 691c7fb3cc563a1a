import { X } from 'lucide-react'
import type { ReactElement } from 'react'
import { Label, ProgressBar } from 'react-aria-components'
import { IconButton } from './IconButton.tsx'

export interface ProgressProps {
  label: string
  /** 0–1; without it the end is unknown. */
  value?: number
  /** Words at the right ("1,204 / 4,000"). Default: per cent. */
  words?: string
  cancelLabel?: string
  onCancel?: () => void
}

export function Progress({ label, value, words, cancelLabel, onCancel }: ProgressProps): ReactElement {
  return (
    <div className="flex items-end gap-2">
      <ProgressBar {...(value === undefined ? { isIndeterminate: true } : { value, minValue: 0, maxValue: 1, formatOptions: { style: 'percent' } })} {...(words !== undefined ? { valueLabel: words } : {})} className="flex min-w-0 flex-1 flex-col gap-1.5 py-1">
        {({ percentage, valueText }) => (
          <>
            <span className="flex justify-between gap-4"><Label>{label}</Label><span className="text-muted">{valueText ?? words}</span></span>
            <span className="h-1.5 overflow-hidden rounded-full bg-sunken">
              <span className={percentage === undefined ? 'block h-full w-1/3 animate-breathe rounded-full bg-accent' : 'block h-full origin-left rounded-full bg-accent transition-transform'} style={percentage === undefined ? {} : { transform: `scaleX(${percentage / 100})` }} />
            </span>
          </>
        )}
      </ProgressBar>
      {onCancel && cancelLabel !== undefined && <IconButton size="sm" label={cancelLabel} icon={<X className="size-4" aria-hidden="true" />} onPress={onCancel} />}
    </div>
  )
}
