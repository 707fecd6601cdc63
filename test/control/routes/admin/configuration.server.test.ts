import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startService, type TestService } from '../../../support/programs/service.ts'
import { callsOf, json } from './admin-calls.ts'

let service: TestService

beforeAll(async () => {
  service = await startService()
})
afterAll(async () => await service?.stop())

const { send } = callsOf(() => service)

describe('the configuration', () => {
  const capOf = async (name: string): Promise<unknown> => {
    const groups = await json(await send('GET', '/groups'))
    return (groups['items'] as Record<string, unknown>[]).find((group) => group['name'] === name)?.[
      'maxSessions'
    ]
  }

  it('is applied as a reload does, and undone', async () => {
    const { text } = (await json(await send('GET', '/config'))) as { text: string }
    const changed = text.replace('max_sessions: 2', 'max_sessions: 77')
    expect((await send('PUT', '/config', { text: changed })).status).toBe(200)
    expect(await capOf('home')).toBe(77)
    const versions = (await json(await send('GET', '/config/versions')))['items'] as {
      id: string
      by: string
    }[]
    expect(versions.map(({ by }) => by)).toEqual(['admin', 'file'])
    const first = versions[1]?.id ?? ''
    expect((await send('POST', `/config/versions/${first}/restore`)).status).toBe(200)
    expect(await capOf('home')).toBe(2)
  })

  it('that only nginx can refuse is refused with its words, and what was in use stays', async () => {
    const { text } = (await json(await send('GET', '/config'))) as { text: string }
    const wrong = text.replace('\nedge:\n', '\nedge:\n  country_variable: $nowhere\n')
    const refused = await send('PUT', '/config', { text: wrong })
    expect(refused.status).toBe(422)
    expect((await json(refused))['errors']).toEqual([
      { path: 'the edge', line: 1, message: expect.stringContaining('"nowhere"') },
    ])
    expect(await json(await send('GET', '/config'))).toMatchObject({ text, isInUse: true })
    expect((await fetch(`${service.edge}/health`)).status).toBe(200)
  }, 60_000)

  it('of a file that only nginx can refuse is taken by neither nginx nor control', async () => {
    const { file } = (await json(await send('GET', '/config'))) as { file: string }
    const before = readFileSync(file, 'utf8')
    const capped = before.replace('max_sessions: 2', 'max_sessions: 55')
    writeFileSync(file, capped.replace('\nedge:\n', '\nedge:\n  country_variable: $nowhere\n'))
    const refused = await send('POST', '/config/reload')
    expect([refused.status, await refused.text()]).toEqual([
      422,
      expect.stringContaining('nowhere'),
    ])
    expect(await capOf('home')).toBe(2)
    expect((await json(await send('GET', '/config')))['isInUse']).toBe(false)
    writeFileSync(file, capped)
    expect((await send('POST', '/config/reload')).status).toBe(204)
    expect(await capOf('home')).toBe(55)
    writeFileSync(file, before)
    expect((await send('POST', '/config/reload')).status).toBe(204)
    expect(await capOf('home')).toBe(2)
  }, 60_000)
})
