import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import { checkCertificates } from '../../../control/nginx/certificates/check-certificates.ts'
import {
  expiryWarning,
  isProblem,
  judgePair,
} from '../../../control/nginx/certificates/judge-pair.ts'
import { run } from '../../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { makeCa, type TestCa } from '../../support/programs/certificates.ts'

const onCleanup = useCleanup('all')
const DAY = 86_400_000
let folder: string
let ca: TestCa
let pair: { certificate: string; key: string }
let other: { certificate: string; key: string }

beforeAll(async () => {
  const made = await tempDir()
  onCleanup(made.remove)
  folder = made.path
  ca = await makeCa(folder)
  const names = 'DNS:tv.example.net,DNS:*.tv.example.net,IP:127.0.0.1'
  pair = await ca.issue('one', { names, days: 90 })
  other = await ca.issue('two')
})

const text = (file: string): string => readFileSync(file, 'utf8')
const judged = (certificate: string, key: string, inDays = 0) => {
  const found = judgePair(certificate, key, Date.now() + inDays * DAY)
  return isProblem(found) ? `${found.file}: ${found.message}` : found.names
}

describe('a certificate and its key', () => {
  it('are good together, apart and in one file, whole chain included', () => {
    const [certificate, key] = [text(pair.certificate), text(pair.key)]
    const names = ['tv.example.net', '*.tv.example.net']
    expect(judged(certificate, key)).toEqual(names)
    const all = `${certificate}${text(ca.file)}${key}`
    expect(judged(all, all)).toEqual(names)
    expect(judged(certificate.replaceAll('\n', '\r\n'), key)).toEqual(names)
  })

  it('are told apart from what nginx would refuse', async () => {
    const [certificate, key] = [text(pair.certificate), text(pair.key)]
    expect(judged(certificate, text(other.key))).toBe(
      'key: is the key of another certificate; name the two that belong together',
    )
    expect(judged(`${text(ca.file)}${certificate}`, key)).toMatch(/^certificate: .* must be first$/)
    expect(judged(certificate, key, 91)).toMatch(/^certificate: expired on \d{4}-.* UTC; renew it$/)
    expect(judged(certificate, key, -1)).toMatch(
      /^certificate: is not valid before \d{4}-.* UTC; see that the clock is right$/,
    )
    expect(judged('', key)).toBe('certificate: holds no certificate in PEM')
    const cut = 'certificate: ends amid a certificate; write it whole'
    const chain = `${certificate}${text(ca.file)}`
    const ends = [200, certificate.length - 4, certificate.length + 100, chain.length - 8]
    for (const end of ends) expect(judged(chain.slice(0, end), key), `${end}`).toBe(cut)
    expect(judged(`${certificate.slice(0, 200)}\n${certificate}`, key)).toBe(cut)
    expect(judged(certificate.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAA'), key)).toMatch(/cannot be/)
    expect(judged(certificate, 'nonsense')).toBe('key: holds no private key in PEM')
    const locked = join(folder, 'locked.key')
    await run(['openssl', 'pkey', '-in', pair.key, '-aes256', '-passout', 'pass:x', '-out', locked])
    expect(judged(certificate, text(locked))).toMatch(
      /^key: is encrypted; .* without a passphrase$/,
    )
  })

  it('are refused where OpenSSL finds them too weak', async () => {
    const weak = await ca.issue('weak', { rsa: 1024 })
    expect(judged(text(weak.certificate), text(weak.key))).toBe(
      'certificate: is refused by OpenSSL (ee key too small); have it issued anew',
    )
    const good = await ca.issue('long', { rsa: 2048 })
    expect(judged(text(good.certificate), text(good.key))).toEqual(['localhost'])
  })

  it('are served for the names alone that nginx takes', async () => {
    const names = 'DNS:*.example.net,DNS:w*.example.net,DNS:*,DNS:a.*.example.net,DNS:example.net'
    const odd = await ca.issue('odd', { names })
    expect(judged(text(odd.certificate), text(odd.key))).toEqual(['*.example.net', 'example.net'])
  })

  it('are told where they should have been renewed: the last sixth of their life, 14 days at most', () => {
    const told = (life: number, left: number) =>
      expiryWarning(
        { names: [], addresses: [], keyType: 'ec', notBefore: 0, notAfter: life * DAY },
        (life - left) * DAY,
      )
    expect([told(90, 15), told(6, 1.1), told(398, 30)]).toEqual([null, null, null])
    expect(told(90, 13)).toBe('expires on 1970-04-01 00:00 UTC')
    expect(told(6, 0.9)).toContain('expires on')
    expect(told(6, -1)).toContain('expired on')
  })
})

describe('check', () => {
  const check = (edge: string) => {
    const { problems, warnings } = checkCertificates(
      parseConfig(`edge:\n${edge}`, join(folder, 'g.yaml')),
      Date.now(),
    )
    return [...problems, ...warnings].map(
      ({ line, path, message }) => `${line} ${path}: ${message}`,
    )
  }
  const named = (more: string) =>
    `  certificate_file: ${pair.certificate}\n  key_file: ${pair.key}\n${more}`

  it('names the setting, its line and the file', () => {
    expect(check(named(''))).toEqual([])
    expect(check(`  certificate_file: none.crt\n  key_file: ${pair.key}\n`)).toEqual([
      `2 edge.certificate_file: ${join(folder, 'none.crt')}: there is no such file`,
    ])
    expect(
      check(
        `  certificates:\n  - certificate_file: ${pair.certificate}\n    key_file: ${folder}\n`,
      ),
    ).toEqual([`4 edge.certificates[0].key_file: ${folder}: not a regular file`])
  })

  it('says which names no certificate has', () => {
    expect(check(named('  public_url: https://a.tv.example.net:8443\n'))).toEqual([])
    expect(check(named('  public_url: https://a.b.tv.example.net\n'))).toEqual([
      '4 edge.public_url: no certificate names a.b.tv.example.net: players refuse it',
    ])
    expect(
      check(
        `  certificates:\n  - certificate_file: ${other.certificate}\n    key_file: ${other.key}\n    names: [localhost, x.example.net]\n`,
      ),
    ).toEqual([
      `3 edge.certificates[0].certificate_file: ${other.certificate}: does not name x.example.net, which it is to be served for`,
    ])
  })

  it('takes an address as a name of the first certificate', async () => {
    expect(check(named('  public_url: https://127.0.0.1:8443\n'))).toEqual([])
    expect(check(named('  public_url: https://127.0.0.2\n'))).toEqual([
      '4 edge.public_url: no certificate names 127.0.0.2: players refuse it',
    ])
    const six = await ca.issue('six', { names: 'IP:2001:db8::1' })
    const first = `  certificate_file: ${six.certificate}\n  key_file: ${six.key}\n`
    expect(check(`${first}  public_url: 'https://[2001:db8::1]'\n`)).toEqual([])
    const second = `  certificates: [{ certificate_file: ${six.certificate}, key_file: ${six.key} }]\n`
    expect(check(named(`${second}  public_url: 'https://[2001:db8::1]'\n`))).toEqual([
      `4 edge.certificates[0].certificate_file: ${six.certificate}: names no host, and only the first certificate serves who asks for none`,
      '5 edge.public_url: no certificate names [2001:db8::1]: players refuse it',
    ])
  })

  it('says which certificate is never chosen; one of RSA beside one of ECDSA is', async () => {
    const more = (one: { certificate: string; key: string }) =>
      named(`  certificates: [{ certificate_file: ${one.certificate}, key_file: ${one.key} }]\n`)
    const names = 'DNS:*.tv.example.net,DNS:tv.example.net,IP:127.0.0.1'
    expect(check(more(await ca.issue('beside', { names, rsa: 2048 })))).toEqual([])
    const same = await ca.issue('same', { names: 'DNS:b.example.net,DNS:tv.example.net' })
    expect(check(more(same))).toEqual([
      `4 edge.certificates[0].certificate_file: ${same.certificate}: is not used for tv.example.net: ${pair.certificate} is`,
    ])
  })

  it('refuses half a pair, an address without one, and one for another nginx', () => {
    const refused = (edge: string) => () => parseConfig(`edge: ${edge}`, 'g.yaml')
    expect(refused('{key_file: k}')).toThrow('edge.key_file: needs `certificate_file` too')
    expect(refused('{tls_listen: "*:443"}')).toThrow('edge.tls_listen: needs `certificate_file`')
    expect(refused('{certificate_file: c, key_file: k, nginx: external}')).toThrow('in your own')
    expect(refused('{listen: "*:8443", certificate_file: c, key_file: k}')).toThrow(
      'edge.tls_listen: *:8443 is the address of edge.listen too',
    )
  })
})
