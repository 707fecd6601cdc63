import { expect, it } from 'vitest'
import { FormerNames } from '../../../control/playlists/former/former-names.ts'
import { createOwnRecords } from '../../../control/playlists/former/records.ts'
import { compileSelection } from '../../../control/playlists/lists/selection.ts'
import { channelsOf, entry, select } from './channels.ts'

const AD = 'http://o/ad/index.m3u8'

it('remembers a rule that only one of the entries of an address had', async () => {
  const memory = new FormerNames(createOwnRecords(), () => 1)
  const settle = async (...entries: string[]) =>
    await memory.settle(await channelsOf(...entries), {
      selections: [],
      rulesOf: ({ id }) => (id === 'adult1' ? 'pin' : ''),
    })
  const adult = entry('One', AD, 'tvg-id="adult1"')
  const double = entry('Two', AD, 'tvg-id="two"')
  await settle(double, adult)
  const [left] = await settle(double)
  expect(left?.former).toMatchObject([[{ id: 'two' }, { id: 'adult1' }]])
})

it('remembers what closes a channel, however many names it had that close nothing', async () => {
  const [adults, odd] = [{ exclude: ['adult1'] }, { patterns: ['^odd'] }].map((given) =>
    compileSelection(select(given)),
  )
  if (adults === undefined || odd === undefined) throw new Error('no selection')
  const memory = new FormerNames(createOwnRecords(), () => 1)
  const settle = async (id: string) =>
    await memory.settle(await channelsOf(entry('One', AD, `tvg-id="${id}"`)), {
      selections: [adults, odd],
      rulesOf: () => '',
    })
  for (let at = 0; at < 40; at += 1) await settle(`${at % 2 === 0 ? 'odd' : 'even'}${at}`)
  await settle('adult1')
  expect((await settle('bonus')).filter(adults)).toEqual([])
})

it('remembers what an address was called under its other login, when it comes back under an older one', async () => {
  const adults = compileSelection(select({ exclude: ['Adult'] }))
  const records = createOwnRecords()
  let now = 0
  const memory = new FormerNames(records, () => now)
  const settle = async (name: string, login: string, restarted = memory) => {
    now += 1
    const channels = await channelsOf(entry(name, `${AD}?token=${login}`, 'tvg-id="x"'))
    return await restarted.settle(channels, { selections: [adults], rulesOf: () => '' })
  }
  const other = entry('Other', 'http://o/other/index.m3u8')
  await settle('News', 'a1b2c3d4e5')
  await settle('Adult', 'f6g7h8i9j0')
  await settle('Adult', 'a1b2c3d4e5')
  now += 1
  const left = { selections: [adults], rulesOf: () => '' }
  await memory.settle(await channelsOf(other), left)
  const again = new FormerNames(records, () => now)
  await again.settle(await channelsOf(other), left)
  for (const process of [memory, again])
    expect((await settle('Kids', 'f6g7h8i9j0', process)).filter(adults)).toEqual([])
})
