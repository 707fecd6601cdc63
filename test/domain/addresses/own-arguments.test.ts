import { expect, test } from 'vitest'
import { hideArguments, openArguments, ownArguments } from '#domain/addresses/own-arguments'

const own = ownArguments('token=SECRET&id=7&output=hls&flag&k%3D=a%26bc')

test.each([
  ['s.ts?token=SECRET', 's.ts?token=~own'],
  ['@/~x/s.ts?a=1&token=SECRET&output=hls', '@/~x/s.ts?a=1&token=~own&output=hls'],
  ['s.ts?k%3D=a%26bc', 's.ts?k%3D=~own'],
  ['s.ts?id=7', 's.ts?id=7'],
  ['s.ts?token=OTHER', 's.ts?token=OTHER'],
  ['s.ts?xtoken=SECRET', 's.ts?xtoken=SECRET'],
  ['token=SECRET', 'token=SECRET'],
  ['http://elsewhere/s.ts?token=SECRET', 'http://elsewhere/s.ts?token=SECRET'],
])('%s is shown as %s, and opened again', (reference, shown) => {
  expect(hideArguments(reference, own)).toBe(shown)
  const args = shown.slice(shown.indexOf('?') + 1)
  expect(openArguments(args, own)).toBe(reference.slice(reference.indexOf('?') + 1))
})

test('nothing is put in for an argument that the channel has not', () => {
  expect(openArguments('other=~own', own)).toBe('other=~own')
  expect(openArguments('token=~own', [])).toBe('token=~own')
})
