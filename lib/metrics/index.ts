/** Metrics: the one catalogue, periods by name, figures in words. Pure. */
export { aggregateOf, buckets, dimensions, metricKeys, metrics, type Aggregate, type Bucket, type Dimension, type Metric, type MetricKey, type Moment, type Unit } from './catalogue.ts'
export { bucketOf, comparisons, dayIn, daysOf, periods, type Comparison, type PeriodName } from './periods.ts'
export { readable, rowWords, valueWords } from './words.ts'
