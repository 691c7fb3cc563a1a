export { type Limit, limiter, networkOf } from '../../../platform/http/limits.ts'
