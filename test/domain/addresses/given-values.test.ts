import { expect, test } from 'vitest'
import { openGiven, sealGiven, valuesGiven } from '#domain/addresses/given-values'
import { hideArguments, hideInPath } from '#domain/addresses/own-arguments'
import { sealText } from '#domain/addresses/seal'
import { nodeCrypto } from '../node-crypto.ts'

const secret = new Uint8Array(32).fill(7)
const key = { kid: 1, secret }
const secretOf = (kid: number): Uint8Array | null => (kid === 1 ? secret : null)
const binding = { channel: 'c', origin: 'http://o:1' }
const seal = (text: string): string | null => sealText(nodeCrypto, key, binding, text)
const T = 'qT7wE3rR9y'

test.each([
  `/tok/${T}/x.mpd`,
  `/a/${T}.m3u8`,
  `/a/x.m3u8;jsessionid=${T}`,
  `/token=${T}/x.mpd`,
  `/hlsr/${T}/anna77/pass-word/7/a.m3u8`,
  `/x.mpd?token=${T}`,
  `/x.mpd?unknown=${T}`,
  `/x.mpd?e=1&amp;token=${T}`,
  '/ticket/onlyletters/x.mpd',
  '/x.mpd?st=onlyletters&e=1',
])('a ticket in %s', (address) => {
  const [path = '', query = ''] = address.split(/(?=\?)/)
  const found = valuesGiven({ origin: '', path, query })
  expect(found.some((it) => it === T || it === 'onlyletters')).toBe(true)
})

test.each(['/live/sport-hd/index.m3u8', '/hls/ch1/720p50/x.mpd?id=77&q=best', '/x.mpd?token=abc'])(
  'none in %s',
  (address) => {
    const [path = '', query = ''] = address.split(/(?=\?)/)
    expect(valuesGiven({ origin: '', path, query })).toEqual([])
  },
)

test.each([`s.ts?token=${T}`, `s.ts?a=b:${T}:c&d=${T}`, `s.ts?u/${T}/1`])(
  '%s is opened again, by its own channel alone',
  (reference) => {
    const given = sealGiven([T, T, 'elsewhere1'], reference, seal)
    expect(given.length).toBe(1)
    const shown = hideArguments(reference, given)
    expect(shown).not.toContain(T)
    expect(openGiven(nodeCrypto, secretOf, binding, shown)).toBe(reference)
    const other = { ...binding, channel: 'd' }
    expect(openGiven(nodeCrypto, secretOf, other, shown)).toBe(shown)
  },
)

test('in names, beside digits and other signs; one too long for a seal is shown to nobody', () => {
  const path = `${T}/$Number$-${T}-1_${T}.m4s`
  const given = sealGiven([T], path, seal)
  expect(openGiven(nodeCrypto, secretOf, binding, hideInPath(path, given))).toBe(path)
  const long = 'a1'.repeat(4000)
  const [hidden] = sealGiven([long], long, seal)
  expect(hideArguments(`s.ts?t=${long}`, hidden === undefined ? [] : [hidden])).toBe(
    's.ts?t=~kept~~',
  )
})
