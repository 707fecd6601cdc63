import { expect, test } from 'vitest'
import {
  hideArguments,
  namesOwnValue,
  openArguments,
  ownValues,
} from '#domain/addresses/own-arguments'

const own = ownValues(
  '/live/anna/pass-word/77.m3u8',
  'token=SECRET&id=7&output=hls4&flag&k%3D=a%26bc&m=A+/B=&token=SECOND&e=x%3Ayz',
)

test.each([
  ['s.ts?token=SECRET', 's.ts?token=~own'],
  ['s.ts?a=b:SECRET:c&d=x', 's.ts?a=b:~own0:c&d=x'],
  ['s.ts?a=b%3ASECRET%3Ac', 's.ts?a=b%3A~own0%3Ac'],
  ['s.ts?SECRET-SECRET&u/pass-word', 's.ts?~own0-~own0&u/~own8'],
  ['s.ts?a=SECRETS&b=xSECRET&c=annas:anna:1', 's.ts?a=SECRETS&b=xSECRET&c=annas:anna:1'],
  ['@/~x/s.ts?a=1&token=SECRET&output=hls4', '@/~x/s.ts?a=1&token=~own&output=~own'],
  ['s.ts?k%3D=a%26bc', 's.ts?k%3D=~own'],
  ['s.ts?id=7', 's.ts?id=7'],
  ['s.ts?token=OTHER', 's.ts?token=OTHER'],
  ['s.ts?token=', 's.ts?token='],
  ['s.ts?token=SECOND', 's.ts?token=~own5'],
  ['s.ts?xtoken=SECRET', 's.ts?xtoken=~own0'],
  ['s.ts?u=anna&p=pass-word', 's.ts?u=~own7&p=~own8'],
  ['s.ts?m=A%2B%2FB%3D', 's.ts?m=~own1004'],
  ['s.ts?e=x:yz', 's.ts?e=~own2006'],
  ['token=SECRET', 'token=SECRET'],
  ['http://elsewhere/s.ts?token=SECRET', 'http://elsewhere/s.ts?token=SECRET'],
])('%s is shown as %s, and opened again', (reference, shown) => {
  expect(hideArguments(reference, own)).toBe(shown)
  const args = shown.slice(shown.indexOf('?') + 1)
  expect(openArguments(args, own)).toBe(reference.slice(reference.indexOf('?') + 1))
})

test.each([
  'other=~own',
  'other=~own99',
  'token=~ownx',
  '~own',
  '=~own',
  'token=~own0x',
  'a=x~own0',
  'a=~own0~own0',
  'a=b:~own3:c',
  'a=b:~own7',
])('nothing is put in for what no manifest has: %s', (args) => {
  expect(openArguments(args, own)).toBe(args)
  expect(openArguments(args, [])).toBe(args)
})

test.each([
  ['SECRET/s.ts', true],
  ['a/pass-word?b', true],
  ['a/SECRETS/s.ts', false],
  ['a/seg-SECRET-1.ts', true],
  ['SECRET_1/s.ts', true],
  ['a/seg-anna-1.ts', false],
  ['a/output-hls4.ts', false],
  ['s.ts?a=/SECRET/', false],
  ['7/s.ts', false],
])('a path with one of the values: %s, %s', (reference, isTold) => {
  expect(namesOwnValue(reference, own)).toBe(isTold)
  expect(namesOwnValue(reference, [])).toBe(false)
})

test.each([
  '/tv/live/anna77/Zx9kQw41/78.ts',
  '/timeshift/anna77/Zx9kQw41/60/2026-11-30:10-00/78.ts',
  '/hlsr/Zx9kQw41/anna77/pass-word/78/x/0.m3u8',
  '/iptv/Zx9kQw41/101/index.m3u8',
  '/play/Zx9kQw41/ts',
  '/x.m3u8?play_token=Zx9kQw41',
  '/x.m3u8?p=Zx9kQw41',
])('a login in %s is one in file names and arguments too', (address) => {
  const [path = '', query = ''] = address.split('?')
  const values = ownValues(path, query)
  expect(namesOwnValue('a/seg-Zx9kQw41-1.ts', values)).toBe(true)
  const hidden = hideArguments('s.ts?x=1-Zx9kQw41', values)
  expect(hidden).not.toContain('Zx9kQw41')
  expect(openArguments(hidden.slice(5), values)).toBe('x=1-Zx9kQw41')
})
