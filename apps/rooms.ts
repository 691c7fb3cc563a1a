/** The rooms that are furnished, in the order of the row. */
import type { Module } from '../platform/module.ts'

export const rooms: Module[] = []
