import { Eye, EyeOff } from 'lucide-react'
import { useLayoutEffect, useRef, useState, type ReactElement, type ReactNode, type Ref } from 'react'
import {
  Button, Group, Input, TextArea as AriaTextArea, TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components'
import { clsx } from 'clsx'
import { boxLook, FieldLabel, FieldNote, fieldLook, groupLook, innerLook, type FieldTexts } from './Field.tsx'

type Base = Omit<AriaTextFieldProps, 'className' | 'children' | 'style'> & FieldTexts

export interface TextFieldProps extends Base {
  placeholder?: string
  /** Something that stands before the words, such as a unit or sign. */
  lead?: ReactNode
  /** For `type="password"`: the name of the button that shows what was typed. */
  revealLabel?: string
  inputRef?: Ref<HTMLInputElement>
}

export function TextField({ label, description, error, isLabelHidden, className, placeholder, lead, revealLabel, inputRef, type, ...props }: TextFieldProps): ReactElement {
  const [isShown, setShown] = useState(false)
  const kind = type === 'password' && isShown ? 'text' : type
  const hasGroup = lead !== undefined || revealLabel !== undefined
  return (
    <AriaTextField {...props} {...(kind ? { type: kind } : {})} isInvalid={error !== undefined || props.isInvalid || undefined} className={clsx(fieldLook, className)}>
      <FieldLabel isHidden={isLabelHidden} isRequired={props.isRequired}>{label}</FieldLabel>
      {hasGroup ? (
        <Group className={groupLook}>
          {lead !== undefined && <span className="ps-2.5 text-faint">{lead}</span>}
          <Input ref={inputRef} placeholder={placeholder} className={innerLook} />
          {revealLabel !== undefined && (
            <Button aria-label={revealLabel} aria-pressed={isShown} onPress={() => setShown(!isShown)} className="me-1 inline-flex size-7 items-center justify-center rounded-sm text-muted hover:bg-hover">
              {isShown ? <EyeOff className="size-4" aria-hidden="true" /> : <Eye className="size-4" aria-hidden="true" />}
            </Button>
          )}
        </Group>
      ) : <Input ref={inputRef} placeholder={placeholder} className={boxLook} />}
      <FieldNote description={description} error={error} />
    </AriaTextField>
  )
}

export interface TextAreaProps extends Base {
  placeholder?: string
  /** Lines shown when empty; it grows with the text up to `maxRows`. */
  rows?: number
  maxRows?: number
  areaRef?: Ref<HTMLTextAreaElement>
}

export function TextArea({ label, description, error, isLabelHidden, className, placeholder, rows = 3, maxRows = 16, areaRef, ...props }: TextAreaProps): ReactElement {
  return (
    <AriaTextField {...props} isInvalid={error !== undefined || props.isInvalid || undefined} className={clsx(fieldLook, className)}>
      <FieldLabel isHidden={isLabelHidden} isRequired={props.isRequired}>{label}</FieldLabel>
      <Growing rows={rows} maxRows={maxRows} placeholder={placeholder} areaRef={areaRef} value={props.value} />
      <FieldNote description={description} error={error} />
    </AriaTextField>
  )
}

function Growing({ rows, maxRows, placeholder, areaRef, value }: { rows: number; maxRows: number; placeholder: string | undefined; areaRef: Ref<HTMLTextAreaElement> | undefined; value: string | undefined }) {
  const own = useRef<HTMLTextAreaElement>(null)
  const fit = () => {
    const area = own.current
    if (!area) return
    area.style.height = 'auto'
    const line = Number.parseFloat(getComputedStyle(area).lineHeight)
    area.style.height = `${Math.min(area.scrollHeight + 2, line * maxRows + 14)}px`
  }
  useLayoutEffect(fit, [value, maxRows])
  return (
    <AriaTextArea
      ref={(area) => {
        own.current = area
        if (typeof areaRef === 'function') areaRef(area)
        else if (areaRef) areaRef.current = area
      }}
      rows={rows} placeholder={placeholder} onInput={fit} className={clsx(boxLook, 'resize-none py-1.5')}
    />
  )
}
