import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addMark, FETCH_MARKS, letterOfMark, markOfLetter } from '#domain/viewer/fetch-marks'

const mark = fc.nat(FETCH_MARKS - 1)

test('of each mark the first request is noted, every further one counts', () => {
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 40 }), fc.nat(1_000_000_000), (asked, period) => {
      let marks = 0
      const seen = new Set<number>()
      for (const it of asked) {
        const next = addMark(marks, it, period)
        expect(Number.isSafeInteger(next)).toBe(true)
        expect(next > 0).toBe(!seen.has(it))
        if (next > 0) marks = next
        else expect(next).toBe(-1)
        seen.add(it)
      }
    }),
  )
})

test('the next period begins without marks', () => {
  fc.assert(
    fc.property(mark, fc.nat(1000), (it, period) => {
      const marks = addMark(0, it, period)
      expect(addMark(marks, it, period)).toBe(-1)
      expect(addMark(marks, it, period + 1)).toBe(addMark(0, it, period + 1))
    }),
  )
})

test('where all are set, one in fifteen counts, and about as much as all of them', () => {
  let marks = 0
  for (let at = 0; at < FETCH_MARKS; at += 1) marks = addMark(marks, at, 7)
  const counted = Array.from({ length: FETCH_MARKS }, (_, at) => -addMark(marks, at, 7))
  expect(counted.filter((times) => times > 0).length).toBeLessThan(5)
  expect(counted.reduce((sum, times) => sum + times, 0)).toBeGreaterThan(FETCH_MARKS * 0.9)
  expect(counted.reduce((sum, times) => sum + times, 0)).toBeLessThan(FETCH_MARKS * 1.4)
})

test('each mark has a letter of its own, which names it', () => {
  const letters = Array.from({ length: FETCH_MARKS }, (_, at) => letterOfMark(at))
  expect(letters.join('')).toMatch(/^[A-Za-z]+$/)
  expect(letters.map((it) => markOfLetter(it.charCodeAt(0)))).toEqual(letters.map((_, at) => at))
})
