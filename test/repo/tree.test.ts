import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { completeLock } from '../../scripts/complete-lock.ts'

const root = packageRoot()
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '' && lstatSync(join(root, name), { throwIfNoEntry: false })?.isFile())
const isBinary = (name: string) => /\.(mpegts|m4s|mp4|mmdb|png|ico|woff2|gz)$/.test(name)
const texts = tracked
  .filter((name) => !isBinary(name))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }))

const matching = (pattern: RegExp) =>
  texts
    .filter(({ name, text }) => name !== 'test/repo/tree.test.ts' && pattern.test(text))
    .map((it) => it.name)

describe('what must not be in the tree', () => {
  test('private keys', () => {
    const found = matching(/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/)
    // A test's own server needs one.
    expect(found.filter((name) => !/^test\/.*\/fixtures\//.test(name))).toEqual([])
  })

  test('tokens of services', () => {
    expect(matching(/\b(?:ghp_|github_pat_|glpat-|npm_|AKIA|xox[abp]-)[A-Za-z0-9_-]{16,}/)).toEqual(
      [],
    )
  })

  test('addresses of package registries', () => {
    const lock = texts.find(({ name }) => name === 'package-lock.json')
    expect(lock?.text).not.toMatch(/"resolved":/)
    expect(
      matching(/\bregistry\.[a-z]+js\.org|deb\.debian\.org|artifactregistry|\/npm\/@/),
    ).toEqual([])
  })

  test('files that belong to one machine', () => {
    const stray = tracked.filter((name) =>
      /(^|\/)(\.env|\.npmrc|node_modules|\.runtime|\.state|dist)(\/|$)/.test(name),
    )
    expect(stray).toEqual([])
  })
})

test('the top level holds what the design names', () => {
  const known = new Set(
    `njs control nginx scripts test docs findings .ci .github package.json package-lock.json tsconfig.json README.md
     LICENSE NOTICE CHANGELOG.md Dockerfile compose.yaml .biome.json .oxlintrc.json .gitignore
     .gitattributes .dockerignore .editorconfig`.split(/\s+/),
  )
  const top = [...new Set(tracked.map((name) => name.split('/')[0] ?? ''))]
  expect(top.filter((name) => !known.has(name))).toEqual([])
})

test('a file has at most 300 lines', () => {
  const long = texts
    .filter(({ name }) => name.endsWith('.ts'))
    .filter(({ text }) => !text.includes('oxlint-disable max-lines'))
    .map(({ name, text }) => ({ name, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 300)
  expect(long).toEqual([])
})

test('the lock names the builds for every platform, so that npm ci takes it', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Parameters<typeof completeLock>[0]
  }
  expect(Object.keys(completeLock(packages)).sort()).toEqual(Object.keys(packages).sort())
})

test('all that runs by name may be run', () => {
  for (const name of ['run', 'test', 'build', 'gatehouse', 'runtime']) {
    expect(lstatSync(join(root, 'scripts', name)).mode & 0o111, name).not.toBe(0)
  }
  expect(lstatSync(join(root, '.ci/run')).mode & 0o111).not.toBe(0)
})
