import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics, type MetricSources } from '../../../../control/compose/admin/metrics.ts'
import { createEdgeCounters } from '../../../../control/compose/edge/edge-counters.ts'
import { packageRoot } from '../../../../control/config/paths.ts'

const sources: MetricSources = {
  live: () => Promise.resolve({ totalClients: 3, isDegraded: false }),
  edges: { list: () => [] } as unknown as MetricSources['edges'],
  publisher: () => ({ buffered: 0, dropped: 7 }) as ReturnType<MetricSources['publisher']>,
  waitingEvents: () => Promise.reject(new Error('Redis is away')),
  counters: Object.values(createEdgeCounters()),
  backends: () => [
    { url: 'http://b/', allow: 5, redirect: 0, deny: 2, down: 1, requests: 8, totalMs: 9 },
  ],
}

const metrics = createMetrics(sources)

test('counters end in _total and nothing else does, every metric has a help, and a scrape twice counts once', async () => {
  await metrics.metrics()
  const text = await metrics.metrics()
  expect(text).toContain('gatehouse_backend_answers_total{url="http://b/",answer="allow"} 5')
  expect(text).toContain('gatehouse_events_dropped_total 7')
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

/** What of Grafana's dashboard (schema version 39, `Dashboard` of the package @grafana/grafana-foundation-sdk) the file uses; anything else is a slip. */
const closed = { additionalProperties: false } as const
const text = Type.String({ minLength: 1 })
const panelSchema = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    type: Type.Literal('timeseries'),
    title: text,
    datasource: Type.Object(
      { type: Type.Literal('prometheus'), uid: Type.Literal('${datasource}') },
      closed,
    ),
    gridPos: Type.Object(
      {
        h: Type.Integer({ minimum: 1 }),
        w: Type.Integer({ minimum: 1, maximum: 24 }),
        x: Type.Integer({ minimum: 0, maximum: 23 }),
        y: Type.Integer({ minimum: 0 }),
      },
      closed,
    ),
    fieldConfig: Type.Object(
      {
        defaults: Type.Object(
          { unit: Type.Optional(text), min: Type.Optional(Type.Number()) },
          closed,
        ),
        overrides: Type.Array(Type.Never()),
      },
      closed,
    ),
    targets: Type.Array(
      Type.Object(
        { refId: Type.String({ pattern: '^[A-Z]$' }), expr: text, legendFormat: text },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
)
const dashboardSchema = Type.Object(
  {
    uid: Type.String({ pattern: '^[\\w-]{1,40}$' }),
    title: text,
    tags: Type.Array(text),
    schemaVersion: Type.Literal(39),
    version: Type.Integer(),
    editable: Type.Boolean(),
    refresh: text,
    time: Type.Object({ from: text, to: text }, closed),
    templating: Type.Object(
      {
        list: Type.Array(
          Type.Object(
            {
              name: Type.Literal('datasource'),
              type: Type.Literal('datasource'),
              query: Type.Literal('prometheus'),
              label: text,
            },
            closed,
          ),
        ),
      },
      closed,
    ),
    panels: Type.Array(panelSchema, { minItems: 1 }),
  },
  closed,
)

const read = (file: string) => readFileSync(join(packageRoot(), 'docs/metrics', file), 'utf8')
const dashboard = JSON.parse(read('grafana.json')) as Static<typeof dashboardSchema>
const { rules } = (
  parse(read('alerts.yaml')) as {
    groups: [{ rules: { alert: string; expr: string; annotations: Record<string, string> }[] }]
  }
).groups[0]

test('the Grafana dashboard is one, and no two of its panels lie on each other', () => {
  expect([...Value.Errors(dashboardSchema, dashboard)]).toEqual([])
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  for (const { targets } of panels)
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
})

/** Labels that Prometheus itself gives every series. */
const OWN_LABELS = ['instance', 'job']

/** Labels that an expression groups by or compares. */
const labelsOf = (expr: string): string[] => [
  ...[...expr.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, names = '']) =>
    names.split(/,\s*/),
  ),
  ...[...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, name = '']) => name),
]

test('alert rules and the Grafana dashboard name metrics and labels there are', () => {
  const used = [
    ...rules.map(({ expr, annotations }) => ({
      expr,
      shown: [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, it = '']) => it),
    })),
    ...dashboard.panels
      .flatMap(({ targets }) => targets)
      .map(({ expr, legendFormat }) => ({
        expr,
        shown: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, it = '']) => it),
      })),
  ]
  expect(used.length).toBeGreaterThan(12)
  for (const { expr, shown } of used) {
    const names = expr.match(/gatehouse_\w+/g) ?? []
    const known = names.flatMap((name) => {
      const metric = metrics.getSingleMetric(name)
      expect(metric, name).toBeDefined()
      return (metric as unknown as { labelNames: readonly string[] }).labelNames
    })
    const wrong = [...labelsOf(expr), ...shown].filter(
      (label) => ![...known, ...OWN_LABELS].includes(label),
    )
    expect([expr, wrong]).toEqual([expr, []])
    // A rate is one of a counter; `rate` of a gauge is a slip.
    for (const [, name = ''] of expr.matchAll(/(?:rate|increase)\((\w+)/g))
      expect(name).toMatch(/_total$/)
  }
  expect(rules.every(({ annotations }) => (annotations['summary']?.length ?? 0) > 10)).toBe(true)
})
