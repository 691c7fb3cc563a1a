import { clsx } from 'clsx'
import { CircleAlert } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { FieldError, Form as AriaForm, Label as AriaLabel, Text } from 'react-aria-components'

/** What every field has: its label, a hint, and the fault the server found in it. */
export interface FieldTexts {
  label: string
  /** Shown under the field while it has no fault. */
  description?: ReactNode
  /** A fault to show at once; faults of a sent form come by name through `Form.faults`. */
  error?: string | undefined
  /** The label is for screen readers only: the surroundings already say it. */
  isLabelHidden?: boolean
  className?: string
}

export const boxLook = 'min-h-control w-full min-w-0 rounded-md border border-edge bg-raised px-2.5 text-text transition-colors hover:border-muted data-invalid:border-late data-disabled:border-dashed data-disabled:text-faint'
export const groupLook = 'flex min-h-control w-full min-w-0 items-center rounded-md border border-edge bg-raised text-text transition-colors hover:border-muted focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent data-invalid:border-late data-disabled:border-dashed'
export const innerLook = 'min-w-0 flex-1 bg-transparent px-2.5 py-1 outline-none'
export const fieldLook = 'group flex min-w-0 flex-col gap-1'

export function FieldLabel({ children, isHidden, isRequired }: { children: ReactNode; isHidden?: boolean | undefined; isRequired?: boolean | undefined }): ReactElement {
  return (
    <AriaLabel className={isHidden ? 'sr-only' : 'text-sm font-bold text-muted'}>
      {children}{isRequired && <span aria-hidden="true" className="ms-0.5 text-late">*</span>}
    </AriaLabel>
  )
}

/** The line under a field: its hint, or what is wrong with a sign beside it (never colour alone). */
export function FieldNote({ description, error }: Pick<FieldTexts, 'description' | 'error'>): ReactElement {
  return (
    <>
      {description && <Text slot="description" className="text-sm text-faint group-data-invalid:hidden">{description}</Text>}
      <FieldError className="flex items-start gap-1 text-sm text-late">
        {({ validationErrors }) => <><CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden="true" /><span>{error ?? validationErrors.join(' ')}</span></>}
      </FieldError>
    </>
  )
}

export interface FormProps {
  children: ReactNode
  /** Faults by field name, already in the reader's language. */
  faults?: Record<string, string> | undefined
  /** A fault of the whole form: what happened, what was kept, what to do. */
  fault?: ReactNode
  onSubmit: (values: FormData) => void
  /** Two columns where there is room. */
  columns?: 1 | 2
  className?: string
  'aria-label'?: string
}

/** A form whose server is the judge: it may always be sent, and each fault comes back to its own field. */
export function Form({ children, faults, fault, onSubmit, columns = 1, className, ...props }: FormProps): ReactElement {
  return (
    <AriaForm
      {...props} validationBehavior="aria" {...(faults ? { validationErrors: faults } : {})}
      onSubmit={(event) => { event.preventDefault(); onSubmit(new FormData(event.currentTarget)) }}
      className={clsx('grid gap-4', columns === 2 && 'sm:grid-cols-2', className)}
    >
      {fault && <div role="alert" className="col-span-full flex gap-2 rounded-md border border-late/50 bg-late-surface px-3 py-2 text-late"><CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" /><div>{fault}</div></div>}
      {children}
    </AriaForm>
  )
}

/** The row of buttons that ends a form or dialog: the main one last, where reading ends. */
export function Actions({ children, className }: { children: ReactNode; className?: string }): ReactElement {
  return <div className={clsx('col-span-full flex flex-wrap items-center justify-end gap-2', className)}>{children}</div>
}
