import { expect, it } from 'vitest'
import { hasWord } from '../../njs/domain/spellings/has-word.ts'

const WORD = 'provUser77'
const coded = (before: string, after: string, base: number, text = WORD) =>
  text.replace(/./g, (one) => before + one.charCodeAt(0).toString(base) + after)
const percent = (text: string) => coded('%', '', 16, text)
const base64 = (text: string) => Buffer.from(text).toString('base64')

it.each([
  WORD,
  WORD.toUpperCase(),
  `x${WORD}y`,
  percent(WORD),
  `100% of ${percent(WORD)} %zz %e4`,
  percent(percent(percent(WORD))),
  coded('&#', ';', 10),
  coded('&#x00', ';', 16),
  coded('\\u00', '', 16),
  coded('\\x', '', 16),
  percent(coded('&#', ';', 10)),
  base64(WORD),
  base64(`a${WORD}b`),
  base64(`${WORD}:word`),
  base64(`{"u":"${WORD}"}`),
  Buffer.from(`ÿÿ${WORD}ÿÿ`).toString('base64url'),
  coded('', '', 16),
  coded('', '', 16).toUpperCase(),
])('knows a word in %s', (text) => {
  expect(hasWord(text, WORD)).toBe(true)
})

it.each([
  '',
  'provUser7',
  '%70rovUser7',
  '100%',
  base64('provUser78 and so on'),
  coded('', '', 16, 'provUser78'),
  'HIT from the cache, 5f3a-61b-9c',
])('and none in %s', (text) => {
  expect(hasWord(text, WORD)).toBe(false)
})
