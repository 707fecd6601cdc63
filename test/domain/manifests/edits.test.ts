import { expect, test } from 'vitest'
import { applyEdits, type Edit } from '#domain/manifests/edits'
import { finish } from '#domain/steps'

const written = (text: string, edits: readonly Edit[]): string => finish(applyEdits(text, edits))
const digit = (at: number): Edit => ({ from: at, to: at + 1, text: `<${at}>` })

test('edits come in the order of the text, however they were found', () => {
  const text = '0123456789'
  for (const order of [[], [4], [0, 1, 2], [9, 8, 7, 1], [8, 0, 1, 5, 2, 3, 9, 4], [3, 6, 1, 9, 0]])
    expect(written(text, order.map(digit))).toBe(
      text.replace(/\d/g, (it) => (order.includes(Number(it)) ? `<${it}>` : it)),
    )
})

test('what is put at one place stays in the order it was found in, before what stands there', () => {
  const put = (from: number, text: string): Edit => ({ from, to: from, text })
  expect(written('abc', [put(2, 'x'), put(1, '1'), put(1, '2'), put(1, '3'), digit(1)])).toBe(
    'a123<1>xc',
  )
})
