/**
 * Insight: what the whole loop looks like, now and over time. Every figure is counted from the rooms on
 * its left, under the same rule of who may see what; it keeps only which questions people saved and how an index is made.
 * No room calls this one.
 */
import { compose, type Module } from '../../platform/module.ts'
import { alarmsPart } from './alarms/index.ts'
import { channelsPart } from './channels/index.ts'
import { clausesPart } from './clauses/index.ts'
import { asking } from '../../platform/database/viewer.ts'
import { shownLike, withRequest } from '../requests/index.ts'
import { insight } from './contract.ts'
import { indicatorsPart } from './indicators/index.ts'
import { metricsPart } from './metrics/index.ts'
import { reportsPart } from './reports/index.ts'
import { insightPersonal } from './personal-data.ts'
import { wallPart } from './wall/index.ts'
import { boardOf } from './board/view.ts'
import { todayOf } from './store.ts'

export { proposeIndex } from './indicators/versions.ts'

const todayPart: Omit<Module, 'name'> = {
  contract: insight,
  personal: insightPersonal,
  routes: (mount) => {
    mount(insight.today, (ctx, { query }) => todayOf(ctx, query))
    mount(insight.board, (ctx, { query }) => boardOf(ctx, query))
  },
}

export const insightRoom: Module = compose('insight', { migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url), policies: [{ table: 'insight.fact', shows: shownLike('fact') }, { table: 'insight.in_hand', shows: withRequest('in_hand.request_id') }, { table: 'insight.quarter', shows: `person_id = ${asking.me} or team_id = any(${asking.teams}::uuid[])` }, { table: 'insight.desk_time', shows: `person_id = ${asking.me}` }] }, [todayPart, metricsPart, indicatorsPart, reportsPart, alarmsPart, clausesPart, wallPart, channelsPart])
