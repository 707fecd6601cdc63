import { describe, expect, test } from 'vitest'
import {
  type ClaimNumbers,
  createStreamNumbers,
  wishedNumber,
} from '../../../../control/playlists/xtream/stream-numbers.ts'

const shared = () => {
  const owners = new Map<number, string>()
  const state = { isAway: false }
  const claim: ClaimNumbers = async (wishes) => {
    if (state.isAway) throw new Error('away')
    return await Promise.resolve(
      wishes.map(({ number, id }) => {
        const owner = owners.get(number) ?? id
        owners.set(number, owner)
        return owner
      }),
    )
  }
  return { owners, state, claim }
}

describe('numbers of channels', () => {
  test('are pinned: an app that stored one means the same channel after any update', () => {
    expect([wishedNumber('federal-1', 0), wishedNumber('federal-1', 1)]).toEqual([
      1_919_686_664, 1_310_051_970,
    ])
  })

  test('have ten digits, fit in 31 bits, and are the same in any order and without Redis', async () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => `channel-${index}`)
    const there = await createStreamNumbers(shared().claim)(ids)
    const here = await createStreamNumbers(null)(ids.toReversed())
    expect(new Map(ids.map((id) => [id, here.get(id)]))).toEqual(there)
    const numbers = [...there.values()]
    expect(new Set(numbers).size).toBe(ids.length)
    expect(numbers.every((it) => /^\d{10}$/.test(String(it)) && it < 2 ** 31)).toBe(true)
  })

  test('stay with the one who came first, for a new process and another control plane alike', async () => {
    const { claim, owners } = shared()
    owners.set(wishedNumber('late', 0), 'early')
    const one = await createStreamNumbers(claim)(['late'])
    expect(one.get('late')).toBe(wishedNumber('late', 1))
    owners.delete(wishedNumber('late', 0))
    owners.set(wishedNumber('late', 0), 'early')
    expect((await createStreamNumbers(claim)(['a', 'late'])).get('late')).toBe(one.get('late'))
  })

  test('are no channel’s id', async () => {
    const taken = String(wishedNumber('a', 0))
    const numbers = await createStreamNumbers(null)(['a', taken])
    expect(numbers.get('a')).toBe(wishedNumber('a', 1))
  })

  test('are given while Redis is away, and claimed when it is back', async () => {
    const { claim, owners, state } = shared()
    const warnings: unknown[] = []
    const numbersOf = createStreamNumbers(claim, (error) => warnings.push(error))
    state.isAway = true
    const number = (await numbersOf(['a'])).get('a')
    expect([number, owners.size, warnings.length]).toEqual([wishedNumber('a', 0), 0, 1])
    state.isAway = false
    expect((await numbersOf(['a'])).get('a')).toBe(number)
    expect(owners.get(wishedNumber('a', 0))).toBe('a')
  })

  test.each([
    ['shared', () => shared().claim],
    ['of one process', () => null],
  ])('of lists that name every channel anew at each refresh stay bounded: %s', async (_, claim) => {
    const numbersOf = createStreamNumbers(claim())
    const stays = (await numbersOf(['stays'])).get('stays')
    let before: ReadonlyMap<string, number> = new Map()
    for (let refresh = 0; refresh < 30; refresh += 1) {
      const ids = Array.from({ length: 100 }, (_it, at) => `news-${refresh}-${at}`)
      const numbers = await numbersOf(['stays', ...ids])
      expect(ids.every((id) => numbers.has(id))).toBe(true)
      expect([numbers.get('stays'), numbers.size <= 303]).toEqual([stays, true])
      // A list that was made before is still sent.
      if (refresh > 0) expect(before.has(`news-${refresh - 1}-99`)).toBe(true)
      before = numbers
    }
  })
})
