import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startHookServers } from '../../../../control/compose/edge/hook-servers.ts'
import { parseConfig } from '../../../../control/config/load.ts'
import { tempDir, useCleanup } from '../../../support/cleanup.ts'
import { freePort, until } from '../../../support/programs/port.ts'

const onCleanup = useCleanup()

/** Servers followed from a configuration that `reload` replaces. */
const startWith = async (text: string) => {
  let current = parseConfig(text, 'gatehouse.yaml')
  const takers: (() => Promise<void>)[] = []
  const parts = {
    live: {
      config: () => current.config,
      loaded: () => current,
      reload: async () => await Promise.resolve(),
      onReload: (take: () => Promise<void>) => void takers.push(take),
      onReloaded: () => undefined,
    },
    sessions: {
      store: {
        renew: async () => await Promise.resolve({ kill: [], drop: [] }),
        close: async () => await Promise.resolve([]),
      },
    },
    now: Date.now,
    log: pino({ level: 'silent' }),
    endWatchers: new Set(),
  }
  const pipeline = { open: async () => await Promise.resolve({ verdict: 'deny', reason: 'x' }) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what following a server needs of the parts, and no more
  const servers = startHookServers(
    ...([parts, pipeline] as unknown as Parameters<typeof startHookServers>),
  )
  onCleanup(() => servers.stop())
  const reload = async (next: string) => {
    current = parseConfig(next, 'gatehouse.yaml')
    for (const take of takers) await take()
  }
  return { servers, reload, watchers: parts.endWatchers }
}

const configOf = (servers: readonly string[]): string => `
hooks:
  listen: 127.0.0.1:1
  servers:${servers.length === 0 ? ' []' : servers.map((it) => `\n    - { ${it} }`).join('')}
`

test('servers of hooks.servers come and go with a reload, and one that cannot be asked is named', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const secret = join(folder.path, 'secret')
  writeFileSync(secret, 'first\n')
  const oven = `name: oven, kind: ovenmediaengine, secret_file: ${secret}`
  const { servers, reload, watchers } = await startWith(configOf([oven]))
  expect(servers.serverOf('ovenmediaengine', 'oven')?.signingKey).toBe('first')
  const before = servers.serverOf('ovenmediaengine', 'oven')
  await reload(configOf([oven]))
  expect(servers.serverOf('ovenmediaengine', 'oven')).toBe(before)
  // A new key in the same file is taken up too.
  writeFileSync(secret, 'second\n')
  await reload(configOf([oven]))
  expect(servers.serverOf('ovenmediaengine', 'oven')?.signingKey).toBe('second')

  const away = `http://127.0.0.1:${await freePort()}`
  await reload(configOf([`name: studio, kind: mediamtx, api: '${away}', poll_sec: 1`]))
  expect(servers.serverOf('ovenmediaengine', 'oven')).toBeNull()
  expect(watchers.size).toBe(1)
  await until('it is named', () => servers.problems().length === 1, 20_000)
  expect(servers.problems()[0]).toMatch(/^mediamtx-studio: what plays there cannot be read/)
  await reload(configOf([]))
  expect([servers.problems(), watchers.size]).toEqual([[], 0])
})
