import { describe, expect, test } from 'vitest'
import { parseUris } from '../../../control/runtime/apt.ts'
import {
  debianArchive,
  machineCodename,
  parseDeb822,
  parseOneLine,
} from '../../../control/runtime/sources.ts'

const deb822 = `Types: deb
# an older snapshot
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main contrib

Types: deb
URIs: http://other.example/packages
Suites: bookworm
Components: main
Enabled: no
`

describe('the machine’s own apt sources', () => {
  test('deb822: fields, several suites, comments; what is switched off is left out', () => {
    const sources = parseDeb822(deb822)
    expect(sources.map((it) => it.uri)).toEqual([
      'http://mirror.example/debian',
      'http://mirror.example/debian-security',
    ])
    expect(sources[0]).toEqual({
      uri: 'http://mirror.example/debian',
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    })
  })

  test('deb822: a key written into the file is not taken for a path', () => {
    const text =
      'Types: deb\nURIs: http://m.example/debian\nSuites: trixie\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n'
    expect(parseDeb822(text)[0]?.signedBy).toBeNull()
  })

  test('one line: options, comments, deb-src', () => {
    const text = `# deb http://no.example/debian x main
deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian trixie main contrib # why
deb-src http://m.example/debian trixie main
deb http://m.example/debian trixie-updates main`
    expect(parseOneLine(text)).toEqual([
      {
        uri: 'http://m.example/debian',
        suites: ['trixie'],
        components: ['main', 'contrib'],
        signedBy: '/k.gpg',
      },
      {
        uri: 'http://m.example/debian',
        suites: ['trixie-updates'],
        components: ['main'],
        signedBy: null,
      },
    ])
  })

  test('the archive of the release is found, not its security one', () => {
    expect(debianArchive(parseDeb822(deb822), 'bookworm').uri).toBe('http://mirror.example/debian')
  })

  test('no archive for the release: a sentence that says what to do', () => {
    expect(() => debianArchive(parseDeb822(deb822), 'trixie')).toThrow(/"trixie".*add one/)
  })

  test('the release, and one that is not Debian', () => {
    const debian = 'PRETTY_NAME="Debian"\nID=debian\nVERSION_CODENAME=trixie\n'
    expect(machineCodename(debian)).toBe('trixie')
    expect(() => machineCodename('ID=alpine\nVERSION_ID=3.20\n')).toThrow(/install nginx/)
  })
})

test('apt’s choice of packages is read with epochs and signs', () => {
  const text = `Reading package lists...
'http://m.example/debian/pool/main/z/zlib/zlib1g_1.3_amd64.deb' zlib1g_1%3a1.3.dfsg+really1.3.2-3_amd64.deb 90912 MD5Sum:aa
'http://m.example/x' libssl3t64_3.6.5-1_amd64.deb 2620984 SHA256:bb
`
  expect(parseUris(text)).toEqual([
    { name: 'zlib1g', version: '1:1.3.dfsg+really1.3.2-3', bytes: 90_912 },
    { name: 'libssl3t64', version: '3.6.5-1', bytes: 2_620_984 },
  ])
})
