import { clsx } from 'clsx'
import { X } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
  Dialog as AriaDialog, DialogTrigger, Heading, Modal, ModalOverlay, Popover as AriaPopover, type PopoverProps as AriaPopoverProps,
} from 'react-aria-components'
import { Button } from './Button.tsx'
import { Actions } from './Field.tsx'
import { IconButton } from './IconButton.tsx'
import { floatLook } from './Select.tsx'

type Close = () => void
type Content = ReactNode | ((close: Close) => ReactNode)
const fill = (content: Content, close: Close) => typeof content === 'function' ? content(close) : content

interface Openable {
  /** The control that opens it; leave out when `isOpen` drives it. */
  trigger?: ReactElement
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
}

function Opened({ trigger, isOpen, onOpenChange, children }: Openable & { children: ReactElement }) {
  if (!trigger) return children
  const control = { ...(isOpen !== undefined ? { isOpen } : {}), ...(onOpenChange ? { onOpenChange } : {}) }
  return <DialogTrigger {...control}>{trigger}{children}</DialogTrigger>
}

const scrim = 'fixed inset-0 z-40 flex animate-appear bg-scrim'

export interface DialogProps extends Openable {
  title: string
  children: Content
  /** The row of buttons, the main one last. */
  actions?: Content
  /** Name of the ✕ button; without it only Escape and the actions close the dialog. */
  closeLabel?: string
  size?: 'sm' | 'md' | 'lg'
  /** A press outside closes it. Leave off where something typed could be lost. */
  isDismissable?: boolean
}

const width = { sm: 'max-w-100', md: 'max-w-140', lg: 'max-w-220' }

export function Dialog({ title, children, actions, closeLabel, size = 'md', isDismissable = false, ...open }: DialogProps): ReactElement {
  const state = open.trigger ? {} : { isOpen: open.isOpen ?? false, ...(open.onOpenChange ? { onOpenChange: open.onOpenChange } : {}) }
  return (
    <Opened {...open}>
      <ModalOverlay {...state} isDismissable={isDismissable} className={clsx(scrim, 'items-start justify-center overflow-auto p-4 pt-[10vh] max-sm:items-end max-sm:p-0')}>
        <Modal className={clsx('w-full rounded-md border border-line bg-raised shadow-float max-sm:max-w-none max-sm:rounded-b-none', width[size])}>
          <AriaDialog className="outline-none">
            {({ close }) => (
              <>
                <DialogHead title={title} {...(closeLabel !== undefined ? { closeLabel } : {})} close={close} />
                <div className="px-5 pb-5">{fill(children, close)}</div>
                {actions !== undefined && <Actions className="border-t border-line px-5 py-3">{fill(actions, close)}</Actions>}
              </>
            )}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </Opened>
  )
}

function DialogHead({ title, closeLabel, close }: { title: string; closeLabel?: string; close: Close }) {
  return (
    <header className="flex items-center gap-2 px-5 pt-4 pb-3">
      <Heading slot="title" className="min-w-0 flex-1 text-lg font-bold">{title}</Heading>
      {closeLabel !== undefined && <IconButton label={closeLabel} icon={<X className="size-4" aria-hidden="true" />} onPress={close} className="-me-2" />}
    </header>
  )
}

export interface AlertDialogProps extends Openable {
  title: string
  /** What will happen, to what, and whether it can be undone. */
  children: ReactNode
  confirmLabel: string
  cancelLabel: string
  isDangerous?: boolean
  /** The dialog closes when it has run; a rejected promise keeps it open. */
  onConfirm: () => void | Promise<void>
}

/** A question before something that cannot be taken back. */
export function AlertDialog({ title, children, confirmLabel, cancelLabel, isDangerous, onConfirm, ...open }: AlertDialogProps): ReactElement {
  const state = open.trigger ? {} : { isOpen: open.isOpen ?? false, ...(open.onOpenChange ? { onOpenChange: open.onOpenChange } : {}) }
  return (
    <Opened {...open}>
      <ModalOverlay {...state} className={clsx(scrim, 'items-start justify-center p-4 pt-[18vh]')}>
        <Modal className="w-full max-w-100 rounded-md border border-line bg-raised shadow-float">
          <AriaDialog role="alertdialog" className="outline-none">
            {({ close }) => (
              <>
                <DialogHead title={title} close={close} />
                <div className="px-5 pb-5 text-muted">{children}</div>
                <Actions className="border-t border-line px-5 py-3">
                  <Button onPress={close} autoFocus>{cancelLabel}</Button>
                  <Button variant={isDangerous ? 'danger' : 'primary'} onPress={() => { void Promise.resolve(onConfirm()).then(close, () => undefined) }}>{confirmLabel}</Button>
                </Actions>
              </>
            )}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </Opened>
  )
}

export interface DrawerProps extends Openable {
  title: string
  children: Content
  actions?: Content
  closeLabel: string
}

/** A side sheet for looking at something without leaving the page. */
export function Drawer({ title, children, actions, closeLabel, ...open }: DrawerProps): ReactElement {
  const state = open.trigger ? {} : { isOpen: open.isOpen ?? false, ...(open.onOpenChange ? { onOpenChange: open.onOpenChange } : {}) }
  return (
    <Opened {...open}>
      <ModalOverlay {...state} isDismissable className={clsx(scrim, 'justify-end')}>
        <Modal className="h-full w-full max-w-120 animate-slide border-s border-line bg-raised">
          <AriaDialog className="flex h-full flex-col outline-none">
            {({ close }) => (
              <>
                <DialogHead title={title} closeLabel={closeLabel} close={close} />
                <div className="min-h-0 flex-1 overflow-auto px-5 pb-5">{fill(children, close)}</div>
                {actions !== undefined && <Actions className="border-t border-line px-5 py-3">{fill(actions, close)}</Actions>}
              </>
            )}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </Opened>
  )
}

export interface PopoverProps extends Openable {
  /** Told to screen readers. */
  label: string
  trigger: ReactElement
  children: Content
  placement?: AriaPopoverProps['placement']
  className?: string
}

/** A small panel beside its control. */
export function Popover({ label, children, placement = 'bottom start', className, ...open }: PopoverProps): ReactElement {
  return (
    <Opened {...open}>
      <AriaPopover offset={4} placement={placement} className={clsx(floatLook, className)}>
        <AriaDialog aria-label={label} className="p-3 outline-none">{({ close }) => <>{fill(children, close)}</>}</AriaDialog>
      </AriaPopover>
    </Opened>
  )
}
