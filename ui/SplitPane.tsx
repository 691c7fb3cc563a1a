import { ArrowLeft } from 'lucide-react'
import { useState, type CSSProperties, type PointerEvent, type ReactElement, type ReactNode } from 'react'
import { IconButton } from './IconButton.tsx'

export interface SplitPaneProps {
  start: ReactNode
  main: ReactNode
  end?: ReactNode
  /** Under 900 px only this one is seen. */
  shown: 'start' | 'main' | 'end'
  /** Widths of the side panes in px. */
  startWidth?: number
  endWidth?: number
  /** Name of the handle between start and main; with it the person may set the width (arrow keys, dragging). */
  resizeLabel?: string
  onResize?: (startWidth: number) => void
  labels: { start: string; main: string; end?: string }
  /** Way back to `start` in the narrow form. */
  back?: { label: string; onPress: () => void }
}

/** Three panes side by side; narrower than 900 px one column, and `shown` says which. */
export function SplitPane({ start, main, end, shown, startWidth = 300, endWidth = 320, resizeLabel, onResize, labels, back }: SplitPaneProps): ReactElement {
  const [width, setWidth] = useState(startWidth)
  const columns = `${width}px minmax(0,1fr)${end === undefined ? '' : ` ${endWidth}px`}`
  const mark = (pane: SplitPaneProps['shown']) => pane === shown ? { 'data-shown': '' } : {}
  const change = (next: number) => {
    const kept = Math.max(200, Math.min(520, next))
    setWidth(kept)
    onResize?.(kept)
  }
  return (
    <div className="panes h-full min-h-0">
      <div className="panes-grid" style={{ '--panes': columns } as CSSProperties}>
        <section aria-label={labels.start} {...mark('start')} className="relative flex min-h-0 min-w-0 flex-col border-e border-line bg-surface">
          {start}
          {resizeLabel !== undefined && <Handle label={resizeLabel} width={width} onChange={change} />}
        </section>
        <section aria-label={labels.main} {...mark('main')} className="flex min-h-0 min-w-0 flex-col bg-raised">
          {back && <div className="panes-back border-b border-line px-1"><IconButton label={back.label} onPress={back.onPress} icon={<ArrowLeft className="size-4" aria-hidden="true" />} /></div>}
          {main}
        </section>
        {end !== undefined && <section aria-label={labels.end} {...mark('end')} className="flex min-h-0 min-w-0 flex-col overflow-auto border-s border-line bg-surface">{end}</section>}
      </div>
    </div>
  )
}

function Handle({ label, width, onChange }: { label: string; width: number; onChange: (width: number) => void }) {
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onChange(width + event.movementX)
  }
  return (
    <div
      role="separator" tabIndex={0} aria-orientation="vertical" aria-label={label} aria-valuenow={width} aria-valuemin={200} aria-valuemax={520}
      className="panes-handle absolute inset-y-0 -end-1 z-10 w-2 cursor-col-resize hover:bg-accent/20"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onChange(width - 16)
        else if (event.key === 'ArrowRight') onChange(width + 16)
      }}
    />
  )
}
