import { expect, it } from 'vitest'
import { runReportHere } from '../../../support/media-servers/report-run.ts'
import { play } from '../../detect/play-builder.ts'

const GATEWAY = '172.18.0.1'
const from = (account: number, address: string, days: number) =>
  Array.from({ length: days }, (_, day) =>
    play({
      at: day * 86_400_000,
      network: address,
      device: `set ${account}`,
      with: { account: `backend:plex:${account}`, isLan: address === GATEWAY },
    }),
  )

const warned = async (lists: readonly ReturnType<typeof from>[]): Promise<string> => {
  const openHistory = async () => ({
    async *playsByAccount() {
      yield* lists
    },
    close: async () => undefined,
  })
  const raw = { source: 'history', json: true, days: '400' }
  const { err, out } = await runReportHere(raw, {}, { openHistory })
  expect(JSON.parse(out)).toHaveProperty('users')
  return err
}

it('says that a proxy hides who watches, and what to set', async () => {
  const behind = [1, 2, 3, 4].map((account) => from(account, GATEWAY, 9))
  const err = await warned([...behind, from(5, '198.51.100.5', 4)])
  expect(err).toContain('Warning: 90 % of the plays, of 4 accounts, came from 172.18.0.1')
  expect(err).toContain('edge.trusted_proxies')
})

it.each([
  ['of one household on its own LAN', [from(1, GATEWAY, 30), from(2, GATEWAY, 30)]],
  [
    'of a LAN beside many others',
    [1, 2, 3].flatMap((n) => [from(n, GATEWAY, 2), from(n + 10, `198.51.100.${n}`, 9)]),
  ],
  ['of public addresses', [1, 2, 3, 4].map((n) => from(n, '198.51.100.9', 9))],
])('says nothing %s', async (_, lists) => {
  expect(await warned(lists)).not.toContain('Warning')
})
