/** Metrics: the one catalogue, the index made of them, periods by name, figures in words. Pure. */
export { aggregateOf, amissIn, buckets, dimensions, dimensionsOf, isOfTime, metricKeys, metrics, requestMetricKeys, type Aggregate, type Bucket, type Dimension, type Metric, type MetricKey, type Moment, type Unit } from './catalogue.ts'
export { indicatorGroups, oddity, scoreOf, sumOf, usualIndicators, weigh, WEIGHTS, type Indicator, type IndicatorGroup } from './indicators.ts'
export { bucketOf, comparisons, dayIn, daysOf, periods, type Comparison, type PeriodName } from './periods.ts'
export { madeOf, readable, rowWords, valueWords } from './words.ts'
