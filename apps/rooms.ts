/** The rooms that are furnished, in the order of the row. */
import { channelsRoom } from '../modules/channels/index.ts'
import { customersRoom } from '../modules/customers/index.ts'
import { governanceRoom } from '../modules/governance/index.ts'
import { qualityRoom } from '../modules/quality/index.ts'
import { insightRoom } from '../modules/insight/index.ts'
import { requestsRoom } from '../modules/requests/index.ts'
import { routingRoom } from '../modules/routing/index.ts'
import { staffRoom } from '../modules/staff/index.ts'
import { standardsRoom } from '../modules/standards/index.ts'
import type { Module } from '../platform/module.ts'

export const rooms: Module[] = [staffRoom, customersRoom, standardsRoom, requestsRoom, channelsRoom, routingRoom, qualityRoom, governanceRoom, insightRoom]
