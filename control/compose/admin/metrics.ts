import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { BackendCounters } from '../../access/authorize/backend-client.ts'
import type { EdgeRegistry } from '../../edge/edge-registry.ts'
import type { PublisherStats } from '../../events/publisher.ts'

export interface MetricSources {
  readonly live: () => Promise<{ totalClients: number; isDegraded: boolean }>
  readonly edges: EdgeRegistry
  readonly publisher: () => PublisherStats
  readonly waitingEvents: () => Promise<number>
  readonly counters: readonly Counter[]
  readonly backends: () => readonly BackendCounters[]
}

const gauge = (
  registry: Registry,
  about: { readonly name: string; readonly help: string },
  read: () => Promise<number> | number,
): void => {
  const metric: Gauge = new Gauge({
    ...about,
    registers: [registry],
    collect: async () => {
      // A scrape must not fail because one source is unavailable.
      const value = await Promise.resolve(read()).catch(() => Number.NaN)
      metric.set(value)
    },
  })
}

const CLASSES = ['allow', 'redirect', 'deny', 'down'] as const

/** The same numbers under the name Prometheus' conventions give a counter, and as a gauge under the name of the release before. */
const backendAnswers = (registry: Registry, read: MetricSources['backends']): void => {
  const labelNames = ['url', 'answer'] as const
  const total: Counter<'url' | 'answer'> = new Counter({
    name: 'gatehouse_backend_answers_total',
    help: 'Answers of auth backends, by class.',
    labelNames,
    registers: [registry],
    collect: () => {
      total.reset()
      for (const counters of read()) {
        for (const answer of CLASSES) total.inc({ url: counters.url, answer }, counters[answer])
      }
    },
  })
  const metric: Gauge<'url' | 'answer'> = new Gauge({
    name: 'gatehouse_backend_answers',
    help: 'Old name of gatehouse_backend_answers_total.',
    labelNames,
    registers: [registry],
    collect: () => {
      for (const counters of read()) {
        for (const answer of CLASSES) metric.set({ url: counters.url, answer }, counters[answer])
      }
    },
  })
}

/** A counter, and a gauge under the name of the release before. */
const lostEvents = (registry: Registry, read: () => number): void => {
  const total: Counter = new Counter({
    name: 'gatehouse_events_dropped_total',
    help: 'Events lost, the buffer being full.',
    registers: [registry],
    collect: () => {
      total.reset()
      total.inc(read())
    },
  })
  gauge(
    registry,
    { name: 'gatehouse_events_dropped', help: 'Old name of gatehouse_events_dropped_total.' },
    read,
  )
}

/** Gauges of the library that end as only counters may; the same numbers stand by type under names that fit. */
const MISNAMED = ['handles', 'requests', 'resources']

/** Milliseconds between two looks at the delay of the event loop; looking every 10 takes a third of what a process at rest takes. */
const DELAY_LOOK_MS = 50

/** Prometheus metrics; names start with `gatehouse_`. */
export const createMetrics = (sources: MetricSources): Registry => {
  const registry = new Registry()
  collectDefaultMetrics({
    register: registry,
    prefix: 'gatehouse_',
    eventLoopMonitoringPrecision: DELAY_LOOK_MS,
  })
  for (const name of MISNAMED) registry.removeSingleMetric(`gatehouse_nodejs_active_${name}_total`)
  gauge(
    registry,
    { name: 'gatehouse_sessions', help: 'Live sessions.' },
    async () => (await sources.live()).totalClients,
  )
  gauge(
    registry,
    { name: 'gatehouse_degraded', help: '1 while slots are counted without Redis.' },
    async () => ((await sources.live()).isDegraded ? 1 : 0),
  )
  gauge(
    registry,
    { name: 'gatehouse_edges', help: 'Edges that have synced.' },
    () => sources.edges.list().length,
  )
  gauge(
    registry,
    { name: 'gatehouse_events_buffered', help: 'Events waiting for Redis.' },
    () => sources.publisher().buffered,
  )
  lostEvents(registry, () => sources.publisher().dropped)
  gauge(
    registry,
    { name: 'gatehouse_events_waiting', help: 'Events not yet in SQL.' },
    async () => await sources.waitingEvents(),
  )
  for (const counter of sources.counters) registry.registerMetric(counter)
  backendAnswers(registry, sources.backends)
  return registry
}
