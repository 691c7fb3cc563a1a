/** The rooms that are furnished, in the order of the row. */
import { staffRoom } from '../modules/staff/index.ts'
import type { Module } from '../platform/module.ts'

export const rooms: Module[] = [staffRoom]
