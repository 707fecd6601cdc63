import { expect, test } from 'vitest'
import { findSpelled } from '#domain/spellings/find-spelled'

const WORD = 'provUser77'
const coded = (before: string, after: string, base: number, text = WORD) =>
  text.replace(/./g, (one) => before + one.charCodeAt(0).toString(base) + after)
const percent = (text: string) => coded('%', '', 16, text)
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** As it ends: base64 has letters of what stands beside a word, too. */
const letters = (text: string) => text.replace(/=+$/, '')

test.each([
  percent(WORD),
  percent(WORD).toUpperCase(),
  `${percent('p')}rovUser77`,
  `provUser7${percent('7')}`,
  percent(WORD).replaceAll('%', '%25'),
  percent(WORD).replaceAll('%', '%2525'),
  coded('&#', ';', 10),
  coded('&#x00', ';', 16),
  coded('&amp;#', ';', 10),
  coded(String.raw`\u00`, '', 16),
  coded(String.raw`\x`, '', 16),
  letters(base64(WORD)),
  letters(base64(`a${WORD}b`)),
  letters(base64(`ab${WORD}:word`)),
  letters(base64(WORD)).repeat(2),
  coded('', '', 16),
  coded('', '', 16).toUpperCase(),
  WORD.toUpperCase(),
  WORD.toLowerCase(),
  `x${WORD}y`,
])('finds %s as it stands', (spelled) => {
  const many = ' %2F %D0%9F a\\nb &#8364; 100% '.repeat(50)
  for (const text of [spelled, `<a b="${spelled}"/>`, `${many}?x=${spelled}&y=1${many}${spelled}`])
    expect(findSpelled(text, [WORD])).toEqual([spelled])
})

test.each([
  '',
  WORD,
  `?token=${WORD}&x=1`,
  percent('provUser78'),
  base64('provUser78 and so on'),
  coded('', '', 16, 'provUser78'),
  'a%20title%2C%20of%20no%20interest &#38; \\n 100%',
])('and nothing in %s', (text) => {
  expect(findSpelled(text, [WORD, 'short'])).toEqual([])
})

test('several words, in turns', () => {
  const [one, other] = [percent('anna77'), letters(base64('xxZx9kQw41'))]
  expect(findSpelled(`${other} ${one} ${other}`, ['anna77', 'Zx9kQw41']).sort()).toEqual(
    [one, other].sort(),
  )
})
