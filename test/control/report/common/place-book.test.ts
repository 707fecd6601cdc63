import { expect, it } from 'vitest'
import { createPlaceBook } from '../../../../control/report/common/place-book.ts'

it('looks each address up once, in order and so many at once, and answers everybody who asked', async () => {
  const asked: string[] = []
  let [running, most] = [0, 0]
  const book = createPlaceBook(async (address) => {
    asked.push(address)
    running += 1
    most = Math.max(most, running)
    for (let turns = 1 + (Number(address) % 3); turns > 0; turns -= 1) await Promise.resolve()
    running -= 1
    if (address === '7') throw new Error('refused')
    return address === '4' ? null : `place ${address}`
  }, 3)
  const names = Array.from({ length: 20 }, (_, i) => `${i}`)
  const [all, some] = await Promise.all([book.find(names), book.find(['3', '3', '19', '20'])])
  expect([...all]).toEqual(
    names.map((name) => [name, name === '4' || name === '7' ? null : `place ${name}`]),
  )
  expect([...some]).toEqual(['3', '19', '20'].map((name) => [name, `place ${name}`]))
  expect(asked).toEqual([...names, '20'])
  expect(most).toBe(3)
  expect(book.tally()).toEqual({ asked: 21, failed: 1 })
  expect(await book.find(['7', '20'])).toEqual(
    new Map([
      ['7', null],
      ['20', 'place 20'],
    ]),
  )
  expect(await book.find([])).toEqual(new Map())
  expect([...(await book.find(['21']))]).toEqual([['21', 'place 21']])
  expect(asked).toHaveLength(22)
})
