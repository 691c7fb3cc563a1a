/** Privacy: which personal data is kept and why, and what people may ask of it. */
import type { Module } from '../../../platform/module.ts'
import { privacy } from './contract.ts'
import { registerOf } from './register.ts'

export const privacyPart: Omit<Module, 'name'> = {
  contract: privacy,
  routes: (mount) => {
    mount(privacy.register, async (ctx) => registerOf(ctx.app.personal))
  },
}
