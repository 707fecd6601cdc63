import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'

const FOLDER = join(packageRoot(), 'findings')
const MOST_LINES = 80
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.sh') && name !== 'lib.sh')

/** Packages as the helpers of `lib.sh` take them, after the suite where there is one. */
const PINS = {
  npm_packages: /^(@[\w-]+\/)?[\w.-]+@\d[\w.-]*$/,
  pip_packages: /^[\w.-]+==\d[\w.]*$/,
  deb_packages: /^[\w.+-]+=\d[\w.:+~-]*$/,
  nginx_testing: /^[\w.+-]+=\d[\w.:+~-]*$/,
} as const

const packagesOf = (text: string) =>
  Object.entries(PINS).flatMap(([helper, form]) =>
    [...text.matchAll(new RegExp(`^${helper} (.+)$`, 'gm'))].flatMap(([, words = '']) =>
      words
        .split(' ')
        .slice(helper === 'deb_packages' ? 1 : 0)
        .map((name) => ({ name, form })),
    ),
  )

const hostsOf = (text: string) =>
  [...text.matchAll(/https?:\/\/([\w.-]*)/g)].map(([, host = '']) => host)

test('there are findings', () => {
  expect(names.length).toBeGreaterThanOrEqual(8)
})

describe.each(names)('%s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8')

  test('can be run, and is short', () => {
    expect(statSync(join(FOLDER, name)).mode & 0o111).toBe(0o111)
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES)
  })

  test('says guess, sight, version and output, which it compares', () => {
    expect(text).toMatch(
      /^#!\/usr\/bin\/env bash\n# Guess: .+\n# Seen: .+\n# Version: .+; run on \d{4}-\d\d-\d\d\n# Output:\n(#   .+\n)+source "\$\(dirname "\$0"\)\/lib\.sh"\n/,
    )
    expect(text).toMatch(/\| compare\n$/)
  })

  test('takes packages in fixed versions only, and names them in its head', () => {
    const packages = packagesOf(text)
    expect(packages).not.toEqual([])
    for (const { name: wanted, form } of packages) {
      expect(wanted).toMatch(form)
      const version = /[@=]([^@=]+)$/.exec(wanted)?.[1] ?? ''
      expect(/^# Version: .*$/m.exec(text)?.[0]).toContain(version)
    }
  })
})

test('no host is named but loopback, example names, sockets and that of XML namespaces', () => {
  for (const name of readdirSync(FOLDER)) {
    const named = hostsOf(readFileSync(join(FOLDER, name), 'utf8'))
    const other = named.filter(
      (host) => !/^(127\.0\.0\.1|x|there|unix|www\.w3\.org|([\w-]+\.)*example|)$/.test(host),
    )
    expect(other, name).toEqual([])
  }
})
