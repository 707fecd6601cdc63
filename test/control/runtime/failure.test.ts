import { afterEach, expect, test, vi } from 'vitest'
import { openApt } from '../../../control/runtime/apt.ts'
import { Failure, isDiskFullMessage, sentence } from '../../../control/runtime/failure.ts'

afterEach(() => vi.unstubAllEnvs())

test('a full disk is told the same way, whoever met it', () => {
  const met = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  expect(sentence(met)).toBe('The disk is full; free some space and run it again.')
  expect(isDiskFullMessage('E: Write error - write (28: No space left on device)')).toBe(true)
  expect(isDiskFullMessage('E: Unable to locate package redis-server')).toBe(false)
})

test('what belongs to somebody else is named', () => {
  const error = Object.assign(new Error('EACCES: x'), { code: 'EACCES', path: '/opt/g/dist/a.js' })
  expect(sentence(error)).toMatch(
    /^\/opt\/g\/dist\/a\.js is closed to this user \(EACCES\); .*owner\.$/,
  )
})

test('a failure and any other error keep their own words', () => {
  expect(sentence(new Failure('Do this.'))).toBe('Do this.')
  expect(sentence('plain')).toBe('plain')
})

test('without apt the missing program is named before anything is made', async () => {
  vi.stubEnv('PATH', '/nonexistent')
  await expect(openApt('/nonexistent/apt', 'machine')).rejects.toThrow(
    /^apt-get is missing; install apt and dpkg, or .* yourself\.$/,
  )
})
