import { parentPort, workerData } from 'node:worker_threads'
import { IcsError, readIcs } from './ics.ts'
import type { Task } from './index.ts'

const task = workerData as Task

async function work(): Promise<unknown> {
  if (task.kind === 'ics') {
    try { return readIcs(task.text, task.from, task.to) } catch (error) {
      if (error instanceof IcsError) return { trouble: error.trouble, line: error.line }
      throw error
    }
  }
  const { listPlaces, readCountry } = await import('./country.ts')
  return task.kind === 'places' ? listPlaces(task.language, task.country) : readCountry(task.country, task.state, task.from, task.to, task.language)
}

parentPort?.postMessage(await work())
