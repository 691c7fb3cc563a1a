import { clsx } from 'clsx'
import { Paperclip, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { DropZone, FileTrigger, isFileDropItem, Text } from 'react-aria-components'
import { Button } from './Button.tsx'
import { IconButton } from './IconButton.tsx'
import { useNumberFormatter } from './number.ts'

export interface FileDropProps {
  /** "把檔案拖到這裡，或" */
  label: string
  chooseLabel: string
  removeLabel: string
  files: readonly File[]
  onChange: (files: File[]) => void
  /** MIME types or endings the chooser offers; the server decides. */
  accept?: string[]
  description?: string
  className?: string
}

/** Files by dragging, pasting or choosing; the chosen ones stand under it until they are sent. */
export function FileDrop({ label, chooseLabel, removeLabel, files, onChange, accept, description, className }: FileDropProps): ReactElement {
  const size = useNumberFormatter({ style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 })
  return (
    <div className={clsx('flex flex-col gap-2', className)}>
      <DropZone
        aria-label={label}
        onDrop={(event) => { void Promise.all(event.items.filter(isFileDropItem).map((item) => item.getFile())).then((dropped) => onChange([...files, ...dropped])) }}
        className="flex flex-wrap items-center gap-2 rounded-md border border-dashed border-edge px-3 py-3 text-muted data-drop-target:border-accent data-drop-target:bg-selected"
      >
        <Paperclip className="size-4" aria-hidden="true" />
        <Text slot="label">{label}</Text>
        <FileTrigger allowsMultiple {...(accept ? { acceptedFileTypes: accept } : {})} onSelect={(list) => { if (list) onChange([...files, ...list]) }}>
          <Button size="sm">{chooseLabel}</Button>
        </FileTrigger>
        {description !== undefined && <span className="basis-full text-sm text-faint">{description}</span>}
      </DropZone>
      {files.length > 0 && (
        <ul className="flex flex-col">
          {files.map((file, at) => (
            <li key={`${file.name}-${at}`} className="flex items-center gap-2 border-b border-line py-0.5">
              <span className="min-w-0 flex-1 truncate">{file.name}</span>
              <span className="text-sm text-faint">{size.format(Math.ceil(file.size / 1024))}</span>
              <IconButton size="sm" label={`${removeLabel} ${file.name}`} icon={<X className="size-4" aria-hidden="true" />} onPress={() => onChange(files.filter((_, other) => other !== at))} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
