import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Counter } from 'prom-client'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics, type MetricSources } from '../../../../control/compose/admin/metrics.ts'
import { packageRoot } from '../../../../control/config/paths.ts'

const counter = (name: string) => new Counter({ name, help: 'x', registers: [] })

const sources: MetricSources = {
  live: () => Promise.resolve({ totalClients: 3, isDegraded: false }),
  edges: { list: () => [] } as unknown as MetricSources['edges'],
  publisher: () => ({ buffered: 0, dropped: 0 }) as ReturnType<MetricSources['publisher']>,
  waitingEvents: () => Promise.reject(new Error('Redis is away')),
  counters: ['gatehouse_edge_questions_total', 'gatehouse_past_edge_total'].map(counter),
  backends: () => [
    { url: 'http://b/', allow: 5, redirect: 0, deny: 2, down: 1, requests: 8, totalMs: 9 },
  ],
}

const metrics = createMetrics(sources)

test('counters end in _total and nothing else does, every metric has a help, and a scrape twice counts once', async () => {
  await metrics.metrics()
  const text = await metrics.metrics()
  expect(text).toContain('gatehouse_backend_answers_total{url="http://b/",answer="allow"} 5')
  expect(text).toContain('gatehouse_events_waiting Nan')
  const kinds = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', kind]) => ({
    name,
    isTotal: name.endsWith('_total'),
    isCounter: kind === 'counter',
  }))
  expect(kinds.length).toBeGreaterThan(20)
  expect(kinds.filter(({ isTotal, isCounter }) => isTotal !== isCounter)).toEqual([])
  for (const { name } of kinds) expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'))
})

test('alert rules and the Grafana dashboard name metrics there are', async () => {
  const known = new Set((await metrics.getMetricsAsJSON()).map(({ name }) => name))
  const read = (file: string) => readFileSync(join(packageRoot(), 'docs/metrics', file), 'utf8')
  const { groups } = parse(read('alerts.yaml')) as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
  }
  const { panels } = JSON.parse(read('grafana.json')) as {
    panels: { targets: { expr: string }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  const expressions = [...rules, ...panels.flatMap(({ targets }) => targets)].map(
    ({ expr }) => expr,
  )
  const named = expressions.flatMap((expr) => expr.match(/gatehouse_\w+/g) ?? [])
  expect(named.length).toBeGreaterThan(12)
  expect(named.filter((name) => !known.has(name))).toEqual([])
  expect(rules.every(({ annotations }) => annotations.summary.length > 10)).toBe(true)
})
