import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byCodePoint,
  duration,
  fixed,
  isTruthy,
  localDateDaysBefore,
  printed,
  right,
  safe,
  shortened,
} from '../../../../control/report/common/python-text.ts'

describe('numbers', () => {
  it.each([
    [0.25, 1, '0.2'],
    [0.75, 1, '0.8'],
    [0.35, 1, '0.3'],
    [0.5, 0, '0'],
    [1.5, 0, '2'],
    [2.5, 0, '2'],
    [12.5, 0, '12'],
    [-2.5, 0, '-2'],
    [-0.25, 1, '-0.2'],
    [-0, 0, '-0'],
    [-0.3, 0, '-0'],
    [-0.5, 0, '-0'],
    [875.4769317859717, 0, '875'],
    [25_818_484.5, 0, '25818484'],
    [1e-7, 1, '0.0'],
    [0.001, 1, '0.0'],
  ])('%d with %d decimals is %s', (value, decimals, wanted) => {
    expect(fixed(value, decimals)).toBe(wanted)
  })

  it('are those of toFixed wherever there is no exact half', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e8, noNaN: true }), (value) => {
        fc.pre((value * 20) % 1 !== 0)
        expect(fixed(value, 1)).toBe(value.toFixed(1))
      }),
    )
  })
})

describe('strings', () => {
  it('sort by code point, an emoji after every letter of the basic plane', () => {
    expect(['🏠', '\uff5e', 'a', 'Z', 'aa'].sort(byCodePoint)).toEqual([
      'Z',
      'a',
      'aa',
      '\uff5e',
      '🏠',
    ])
  })

  it('are cut by code point', () => {
    expect(shortened('🎬'.repeat(40))).toBe('🎬'.repeat(40))
    expect(shortened('🎬'.repeat(41))).toBe(`${'🎬'.repeat(37)}...`)
  })

  it('are padded by code point', () => {
    expect(right('🏠', 3)).toBe('  🏠')
  })

  it('cannot carry terminal commands', () => {
    expect(safe('a\u001b[2Jb\nc\u009bd')).toBe('a?[2Jb?c?d')
  })

  it('print null as None', () => {
    expect([printed(null), printed(undefined), printed(7), printed('x')]).toEqual([
      'None',
      'None',
      '7',
      'x',
    ])
  })
})

describe('time', () => {
  it.each([
    [0, '0m'],
    [59, '0m'],
    [3599, '59m'],
    [3600, '1h 0m'],
    [360_061, '100h 1m'],
    [-30, '59m'],
    [59.9, '0m'],
  ])('%d seconds are %s', (seconds, wanted) => {
    expect(duration(seconds)).toBe(wanted)
  })

  it('goes back over a year', () => {
    const noon = new Date(2026, 0, 3, 12).getTime()
    expect(localDateDaysBefore(noon, 5)).toBe('2025-12-29')
  })
})

it('zero, empty and null are false, an empty look-up too', () => {
  expect([0, 0.0, '', null, undefined, false, [], {}].map(isTruthy)).not.toContain(true)
  expect(['0', 0.1, [0], { a: 1 }, true].map(isTruthy)).not.toContain(false)
})
