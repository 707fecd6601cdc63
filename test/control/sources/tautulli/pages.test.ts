import { expect, it } from 'vitest'
import { readTautulliAddress } from '../../../../control/sources/tautulli/address.ts'
import { createTautulliClient } from '../../../../control/sources/tautulli/client.ts'
import { readHistory, readUsers } from '../../../../control/sources/tautulli/pages.ts'
import type { TautulliRow } from '../../../../control/sources/tautulli/rows.ts'
import { MADE_KEY, madeData, NOW_S, play } from '../../../support/media-servers/tautulli-made.ts'
import {
  type Asked,
  type Fault,
  type Row,
  startTautulli,
} from '../../../support/media-servers/tautulli-server.ts'

const AFTER = '2026-01-01'

const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => play({ row_id: count - i, started: NOW_S - 60 * i }))

const read = async (rows: Row[], fault?: (asked: Asked) => Fault | undefined) => {
  const server = await startTautulli(madeData({ 1: rows }), fault ? { fault } : {})
  const address = readTautulliAddress(server.url)
  if (address === null) throw new Error('no address')
  const client = createTautulliClient({ address, apiKey: MADE_KEY, backoffMs: [1, 2] })
  try {
    const found: TautulliRow[] = []
    for await (const page of readHistory(client, { user: 1, after: AFTER })) found.push(...page)
    const asked = server.asked.map(({ params }) => [params.get('start'), params.get('length')])
    return { ids: found.map((row) => row.row_id), asked, users: await readUsers(client) }
  } finally {
    await client.close()
    await server.close()
  }
}

it('a server that stumbles over large pages is asked for small ones from there on', async () => {
  const { ids, asked } = await read(rowsOf(250), ({ params }) =>
    params.get('length') === '1000' ? { kind: 'status', status: 500 } : undefined,
  )
  expect(ids).toHaveLength(250)
  expect(asked.filter(([, length]) => length === '1000')).toHaveLength(3)
  expect(asked.slice(3)).toEqual([
    ['0', '100'],
    ['100', '100'],
    ['200', '100'],
  ])
})

it('a play that starts while pages are read shifts rows, and each is kept once', async () => {
  const rows = rowsOf(1500)
  const { ids } = await read(rows, ({ command }) => {
    if (command === 'get_history') rows.unshift(play({ row_id: 1501 + rows.length }))
    return undefined
  })
  expect(new Set(ids).size).toBe(ids.length)
  for (let id = 1; id <= 1500; id++) expect(ids).toContain(id)
})

it('a server that ignores where a page starts does not keep us for ever', async () => {
  const page = rowsOf(10)
  const body = { response: { result: 'success', data: { recordsFiltered: 5000, data: page } } }
  const { ids, asked } = await read([], ({ command }) =>
    command === 'get_history' ? { kind: 'answer', body } : undefined,
  )
  expect(ids).toHaveLength(10)
  expect(asked).toHaveLength(2)
})

it('a server that does not say how many rows there are is read until a page is short', async () => {
  const rows = rowsOf(1200)
  const { ids } = await read([], ({ command, params }) => {
    if (command !== 'get_history') return undefined
    const start = Number(params.get('start'))
    const data = rows.slice(start, start + Number(params.get('length')))
    return { kind: 'answer', body: { response: { result: 'success', data: { data } } } }
  })
  expect(ids).toHaveLength(1200)
})

it('plays whose ids come as text are told apart by them', async () => {
  const rows = ['1', '2', '2'].map((row_id) => play({ row_id, started: NOW_S }))
  const { ids } = await read(rows)
  expect(ids).toEqual(['1', '2'])
})

it('users without an id are left out', async () => {
  const { users } = await read([], ({ command }) => {
    const data = { recordsFiltered: 2, data: [{ user_id: null, username: 'x' }, { user_id: 0 }] }
    const body = { response: { result: 'success', data } }
    return command === 'get_users_table' ? { kind: 'answer', body } : undefined
  })
  expect(users).toEqual([{ user_id: 0 }])
})
