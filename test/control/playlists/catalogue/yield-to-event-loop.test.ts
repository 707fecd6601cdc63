import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupBy } from '#domain/group-by'
import {
  byCodeUnits,
  eachInTurns,
  groupInTurns,
  sortInTurns,
} from '../../../../control/playlists/catalogue/yield-to-event-loop.ts'

describe('work in turns', () => {
  it('lets others run', async () => {
    let turns = 0
    let isOver = false
    const count = () => {
      turns += 1
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    await eachInTurns(Array.from({ length: 64 }), () => {
      for (const start = performance.now(); performance.now() - start < 1; );
    })
    isOver = true
    expect(turns).toBeGreaterThan(1)
  })

  it('sorts as arrays do, equals in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 2 }), { maxLength: 50 }), async (seed) => {
        const texts = Array.from({ length: 120 }, () => seed).flat()
        expect(await sortInTurns(texts, byCodeUnits)).toEqual(texts.toSorted())
        const numbered = texts.map((text, place) => ({ text, place }))
        const compare = (a: { text: string }, b: { text: string }) => byCodeUnits(a.text, b.text)
        expect(await sortInTurns(numbered, compare)).toEqual(numbered.toSorted(compare))
      }),
      { numRuns: 30 },
    )
  })

  it('groups as groupBy does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(99)), async (numbers) => {
        const keyOf = (number: number) => number % 7
        expect([...(await groupInTurns(numbers, keyOf))]).toEqual([...groupBy(numbers, keyOf)])
      }),
    )
  })
})
