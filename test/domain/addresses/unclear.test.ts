import { describe, expect, test } from 'vitest'
import { hasHiddenSlash, isUnclear } from '#domain/addresses/unclear'

describe('what a lenient origin could read otherwise', () => {
  test.each([
    '../x',
    'a/..',
    './x',
    '..;/x',
    'a/..;jsessionid=1/x',
    '..%5cx',
    '..%5Cx',
    '..\\x',
    '%2e%2e/x',
    '%2E%2e%2Fx',
    '..%2fx',
    '%252e%252e%252fx',
    '..%00/x',
    'x%0d%0ay',
    '.. /x',
    '..%20/x',
    'a/..%c0%af..%C0%AFb',
    '%c0%ae%c0%ae/b',
    'a/%e0%80%ae./b',
    '..%c1%9cb',
    '%EF%BC%8E%EF%BC%8E/b',
    'a/..%EF%BC%8Fb',
    '．．/b',
    '..%25c0%25afb',
    '%f0%80%80%ae./b',
    '%fc%80%80%80%80%ae%f8%80%80%80%ae/b',
    '%c0%2e%c0%2E/b',
    '..%c0%2fb',
    '..%c1%1cb',
    '%e0%40%ae./b',
    '..%ff/b',
    '.%c3./b',
    '%E2%80%A5/b',
    'a/‥/b',
    '%e2%80%a4%E2%80%A4/b',
    'a/%ef%b9%92.%252fb',
    '。｡/b',
    '..%E2%88%95b',
    '..%e2%81%84b',
    '..\uff3cb',
    '..%ef%b9%a8b',
    '..%EF%BC%9Bx/b',
    '..%CD%BEx/b',
    '％2e%ef%bc%852e/b',
    '.%C2%AD./b',
    '..\u200b/b',
    '%25u002e%25u002e/b',
    '%25uff0e.%25u2215b',
    '..%3fx',
    'a/..%253fx',
    '..%23/b',
    '..%ef%bc%9fx',
  ])('%s', (path) => {
    expect(isUnclear(path)).toBe(true)
  })

  test.each([
    'x.ts',
    'a/b.ts',
    '...',
    '..a/b',
    'a..b',
    'a;b=1/c.ts',
    'a%2Fb.ts',
    'a//b',
    '.hidden/x',
    'a%20b.ts',
    '100%.ts',
    '%C0%20la%20une/%EF%BC%8Ex.ts',
    'Ä%C0%AEr/x.ts',
    'Фильм./x.ts',
    '%D0%A4./%E2%80%A6/x.ts',
    '1%E2%81%842.ts',
    'a%3fb.ts',
    '%25u0041.ts',
  ])('not: %s', (path) => {
    expect(isUnclear(path)).toBe(false)
  })

  test.each([
    ['a%2Fb', true],
    ['a%252fb', true],
    ['a%5cb', true],
    ['a\\b', true],
    ['a%c0%afb', true],
    ['a%EF%BC%8Fb', true],
    ['a%e2%88%96b', true],
    ['a／b', true],
    ['a%20b', false],
    ['%D0%A4%C3%84.ts', false],
  ])('hidden slash: %s', (name, is) => {
    expect(hasHiddenSlash(name)).toBe(is)
  })
})
