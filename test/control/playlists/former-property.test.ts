import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Channel, EntryNames } from '../../../control/playlists/catalogue/channel.ts'
import { listedAddress } from '../../../control/playlists/catalogue/channel.ts'
import { groupInTurns } from '../../../control/playlists/catalogue/yield-to-event-loop.ts'
import { entryNamesOf } from '../../../control/playlists/former/entry-names.ts'
import { FormerNames } from '../../../control/playlists/former/former-names.ts'
import { createOwnRecords } from '../../../control/playlists/former/records.ts'
import { compileSelection } from '../../../control/playlists/lists/selection.ts'
import { channelsOf, entry, select } from './channels.ts'

/** What is written, each of a kind that a list may try to get round. */
const SELECTIONS = [
  { exclude: ['adult'] },
  { exclude: ['Adult One'] },
  { ids: ['news', 'kids'] },
  { names: ['News', 'Kids'] },
  { patterns: ['^(?!adult)'] },
  { patterns: ['^news'] },
  { ids: ['news', 'adult'], exclude: ['adult'] },
].map((given) => compileSelection(select(given)))

const ids = fc.constantFrom('adult', 'ADULT', 'Adult', 'news', 'News', 'kids', 'other', '')
const names = fc.constantFrom('Adult One', 'adult one', 'News', 'Kids', 'news two', 'Other')
const titles = fc.constantFrom('A', 'B')
/** One of four streams, under a login of the provider that comes and goes. */
const streams = fc.constantFrom('one', 'two', 'three', 'four')
const logins = fc.constantFrom('?token=a1b2c3d4e5', '?token=f6g7h8i9j0')

const lists = fc.array(fc.record({ stream: streams, id: ids, name: names, title: titles }), {
  minLength: 1,
  maxLength: 6,
})
const steps = fc.array(fc.record({ list: lists, login: logins, restarts: fc.boolean() }), {
  minLength: 2,
  maxLength: 8,
})

/** A rule of an account or a backend for a `tvg-id`, in any letters. */
const rulesOf = ({ id, item }: { id: string; item: Pick<EntryNames, 'tvgId'> }): string =>
  [id, item.tvgId].some((it) => /^adult/i.test(it)) ? 'pin' : ''

const streamOf = (channel: Channel): string => listedAddress(channel).replace(/\?.*/, '')

const namesOf = (same: readonly Channel[]): string =>
  same
    .map((it) => JSON.stringify(entryNamesOf(it)))
    .sort()
    .join()

const written = { selections: SELECTIONS, rulesOf }

test('whatever lists do, a stream that a selection left out stays left out', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const records = createOwnRecords()
      let now = 0
      let memory = new FormerNames(records, () => now)
      const [closed, open] = [new Set<string>(), new Set<string>()]
      let last: Awaited<ReturnType<typeof channelsOf>> = []
      for (const { list, login, restarts } of all) {
        now += 1
        if (restarts) {
          memory = new FormerNames(records, () => now)
          // A control plane begins with the lists that it kept.
          if (last.length > 0) await memory.settle(last, written)
        }
        const entries = list.map(({ stream, id, name, title }) =>
          entry(
            name,
            `http://o/${stream}/index.m3u8${login}`,
            `${id === '' ? '' : `tvg-id="${id}" `}group-title="${title}"`,
          ),
        )
        last = await channelsOf(...entries)
        const channels = await memory.settle(last, written)
        const byStream = await groupInTurns(channels, streamOf)
        for (const [at, takes] of SELECTIONS.entries())
          for (const [stream, same] of byStream) {
            const called = `${at} ${stream} ${namesOf(same)}`
            if (!same.some(takes)) closed.add(`${at} ${stream}`)
            // A stream that gets back names under which it was open before is open again.
            else if (closed.has(`${at} ${stream}`)) expect(open).toContain(called)
            else open.add(called)
          }
      }
    }),
    { numRuns: 300 },
  )
})
