import { expect, test } from 'vitest'
import { readReportOptions } from '../../../control/report/options.ts'
import { runReport } from '../../../control/report/run.ts'
import type { SourceKind } from '../../../control/sources/model/source-kind.ts'
import { PAST_SOURCES } from '../../../control/sources/registry.ts'
import { TAUTULLI } from '../../../control/sources/tautulli/source.ts'
import { startTautulli } from '../../support/media-servers/tautulli-server.ts'
import { shownData } from '../../support/media-servers/tautulli-shown.ts'
import { readImports } from '../../support/tree/imports.ts'

const data = shownData()

/** A source of another kind: plays of the same server, without its knowledge of places and without groups. */
const SHELF: SourceKind = {
  title: 'Shelf',
  create: (settings, ports) => {
    const source = TAUTULLI.create(settings, ports)
    const history = source.history === null ? null : { ...source.history, locate: null }
    return { ...source, label: 'Shelf', history, groupedHistory: null }
  },
}

const report = async (raw: object) => {
  const server = await startTautulli(data)
  const [out, err]: [string[], string[]] = [[], []]
  const env = {
    SHELF_HOST: server.url,
    SHELF_API_KEY: data.apiKey,
    GATEHOUSE_NOW: '2026-11-20T18:30:00Z',
  }
  const sources = { ...PAST_SOURCES, shelf: SHELF }
  const options = readReportOptions({ source: 'shelf', ...raw }, env, Object.keys(sources))
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
  try {
    const code = await runReport(options, output, { sources })
    return { code, out: out.join('\n'), err: err.join('\n'), asked: server.asked }
  } finally {
    await server.close()
  }
}

test('a source added to the registry serves the report, its settings named after it', async () => {
  const { code, out, err, asked } = await report({ user: 'Two Cities' })
  expect(err).toContain('Reading users and plays of the last 30 days from Shelf...')
  expect(out).toContain('Two Cities  (user_id: 22579007)')
  expect(code).toBe(1)
  expect(asked.filter(({ command }) => command === 'get_geoip_lookup')).toEqual([])
  expect(out).toContain('IP Geolocation by DB-IP')
})

test('the formula that reads groups is refused where a source has none', async () => {
  await expect(report({ method: 'compat' })).rejects.toThrow('needs --source tautulli')
})

test('a source the registry does not know is named with those it does', () => {
  expect(() => readReportOptions({ source: 'jukebox' }, {})).toThrow(
    "--source is one of tautulli, history, not 'jukebox'",
  )
})

test('nothing but the registry knows a single source', () => {
  const own = /^control\/sources\/(?:tautulli)\//
  const from = readImports('control')
    .filter((one) => own.test(one.to) && !own.test(one.from))
    .map((one) => one.from)
  expect([...new Set(from)]).toEqual(['control/sources/registry.ts'])
})
