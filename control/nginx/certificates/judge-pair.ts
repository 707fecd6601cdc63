import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { formatAddress, parseAddress } from '#domain/networks/network'
import { say } from '../../sentences/sentences.ts'

/** What a certificate is for. */
export interface Subjects {
  /** Names of its subjectAltName (RFC 6125) that nginx can serve. */
  readonly names: readonly string[]
  /** Addresses of its subjectAltName. */
  readonly addresses: readonly string[]
  /** Kind of its key: `rsa`, `ec`. */
  readonly keyType: string
}

/** A certificate and its key that fit and hold now. */
export interface Pair extends Subjects {
  /** Unix ms. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Why a pair cannot be served, and which of the two files is to blame. */
export interface PairProblem {
  readonly file: 'certificate' | 'key'
  readonly message: string
}

const BEGIN = '-----BEGIN CERTIFICATE-----'
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** The whole certificates of a PEM file. */
export const certificatesIn = (text: string): readonly string[] => text.match(BLOCK) ?? []

/** A name nginx can serve: `*` stands for the whole first label alone. */
const NAME = /^DNS:((?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const readKey = (text: string) => {
  try {
    return createPrivateKey(text)
  } catch (error) {
    // Node names a missing passphrase by this code alone.
    return /^ERR_MISSING_PASSPHRASE$|BAD_DECRYPT|INTERRUPTED/.test(codeOf(error)) ||
      /ENCRYPTED/.test(text)
      ? say('certificate.encrypted')
      : say('certificate.no_key')
  }
}

const readChain = (text: string): X509Certificate[] | string => {
  const blocks = certificatesIn(text)
  const begun = text.split(BEGIN).length - 1
  if (begun === 0) return say('certificate.none')
  // Written to at this moment, or no further: nginx would refuse it, or serve half a chain.
  if (begun > blocks.length) return say('certificate.cut')
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    return say('certificate.unreadable')
  }
}

const namesOf = ({ subjectAltName }: X509Certificate): string[] =>
  (subjectAltName ?? '').split(', ').flatMap((entry) => NAME.exec(entry)?.[1]?.toLowerCase() ?? [])

const addressesOf = ({ subjectAltName }: X509Certificate): string[] =>
  (subjectAltName ?? '').split(', ').flatMap((entry) => {
    const [, text = ''] = /^IP Address:(.*)$/.exec(entry) ?? []
    const address = parseAddress(text)
    return address === null ? [] : [formatAddress(address)]
  })

const subjectsOf = (leaf: X509Certificate): Subjects => ({
  names: namesOf(leaf),
  addresses: addressesOf(leaf),
  keyType: leaf.publicKey.asymmetricKeyType ?? '',
})

/** What the first certificate of a PEM text is for, whether it holds now or not; `null` where there is none. */
export const subjectsIn = (text: string): Subjects | null => {
  const chain = readChain(text)
  const leaf = typeof chain === 'string' ? undefined : chain[0]
  return leaf === undefined ? null : subjectsOf(leaf)
}

/** Why OpenSSL refuses a pair at the level of security that nginx has: a short key, an old digest; `null` where it does not. */
const objectionTo = (cert: string, key: string): string | null => {
  try {
    createSecureContext({ cert, key, ciphers: 'DEFAULT@SECLEVEL=2' })
    return null
  } catch (error) {
    const [, reason] = /::([^:]+)$/.exec(error instanceof Error ? error.message : '') ?? []
    return reason ?? codeOf(error)
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')

/** Judges the texts of both PEM files; `now` in Unix ms. */
export const judgePair = (certificate: string, key: string, now: number): Pair | PairProblem => {
  const chain = readChain(certificate)
  if (typeof chain === 'string') return { file: 'certificate', message: chain }
  const [leaf] = chain
  if (leaf === undefined) return { file: 'certificate', message: say('certificate.none') }
  const secret = readKey(key)
  if (typeof secret === 'string') return { file: 'key', message: secret }
  if (!leaf.checkPrivateKey(secret)) {
    const isLater = chain.some((one) => one.checkPrivateKey(secret))
    return isLater
      ? { file: 'certificate', message: say('certificate.order') }
      : { file: 'key', message: say('certificate.other_key') }
  }
  const [notBefore, notAfter] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)]
  if (now >= notAfter)
    return { file: 'certificate', message: say('certificate.expired', { day: day(notAfter) }) }
  if (now < notBefore)
    return { file: 'certificate', message: say('certificate.early', { day: day(notBefore) }) }
  const what = objectionTo(certificate, key)
  if (what !== null) return { file: 'certificate', message: say('certificate.weak', { what }) }
  return { ...subjectsOf(leaf), notBefore, notAfter }
}

/** Whether a judgement is a problem. */
export const isProblem = (judged: Pair | PairProblem): judged is PairProblem => 'message' in judged

const MOST_NOTICE_MS = 14 * 86_400_000

/**
 * A sentence about a certificate that should have been renewed by now: in the last sixth of its life, 14 days at
 * most; `null` before.
 */
export const expiryWarning = ({ notBefore, notAfter }: Pair, now: number): string | null => {
  const notice = Math.min(MOST_NOTICE_MS, (notAfter - notBefore) / 6)
  if (now < notAfter - notice) return null
  return now >= notAfter
    ? say('certificate.is_over', { day: day(notAfter) })
    : say('certificate.expires', { day: day(notAfter) })
}
