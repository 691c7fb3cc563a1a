/** Alarms on metrics: rules held against the figures, alarms with an owner and an outcome, and what they were worth. */
import type { Module } from '../../../platform/module.ts'
import { cardOf, give, judgeOne, listMetricAlarms, seeTo, tellAlarm } from './alarms.ts'
import { metricAlarms } from './contract.ts'
import { addRule, changeRule, listRules, removeRule } from './rules.ts'
import { passOn, watchMetrics } from './watch.ts'

export const alarmsPart: Omit<Module, 'name'> = {
  contract: metricAlarms,
  routes: (mount) => {
    mount(metricAlarms.alarmRules, (ctx) => listRules(ctx))
    mount(metricAlarms.addAlarmRule, (ctx, { body }) => addRule(ctx, body))
    mount(metricAlarms.changeAlarmRule, (ctx, { params, body }) => changeRule(ctx, params.id, body))
    mount(metricAlarms.removeAlarmRule, (ctx, { params }) => removeRule(ctx, params.id))
    mount(metricAlarms.metricAlarms, (ctx, { query }) => listMetricAlarms(ctx, query))
    mount(metricAlarms.acknowledgeMetricAlarm, (ctx, { params, body }) => seeTo(ctx, params.id, body.note))
    mount(metricAlarms.giveMetricAlarm, (ctx, { params, body }) => give(ctx, params.id, body.personId))
    mount(metricAlarms.judgeMetricAlarm, (ctx, { params, body }) => judgeOne(ctx, params.id, body))
    mount(metricAlarms.alarmCard, (ctx, { query }) => cardOf(ctx, query))
  },
  queues: {
    'insight.watch-metrics': { every: 60_000, work: watchMetrics },
    'insight.pass-on-alarms': { every: 60_000, work: passOn },
    'insight.tell-alarm': { work: tellAlarm, attempts: 8 },
  },
}
