import type { Crypto, SecretOf } from '../credentials/crypto.ts'
import {
  decodeBase64url,
  decodeUtf8,
  encodeBase64url,
  encodeUtf8,
} from '../credentials/encoding.ts'

/**
 * What a seal covers: the files of a directory, everything below it, a single file, what a template of DASH names, or one address, its arguments too, under a name that the edge gave it; `remote` is
 * such an address of a remote element of DASH, with the base of the element it stands for.
 */
export type SealKind = 'files' | 'tree' | 'file' | 'template' | 'manifest' | 'remote'

/** A place at an origin that one of a channel's manifests named. */
export interface SealedPlace {
  readonly kind: SealKind
  /** `http://host:port` */
  readonly origin: string
  /** A directory with its slash, or the whole path of a file or template, with its arguments where the edge named it; without dot segments. */
  readonly path: string
  /** Of one address (`manifest`, `remote`) the name it has behind its seal, which opens it under no other: another might not be read as a manifest. */
  readonly name?: string
}

/** What a seal is bound to besides its place. */
export interface SealBinding {
  readonly channel: string
  /** The channel's own origin: where a playlist changes it, seals are no longer valid. */
  readonly origin: string
  /** The same of its address there, without its logins (`withoutLogins`); cookies and pictures have none. */
  readonly address?: string
  /** The name behind the seal, which those of one address cover. */
  readonly name?: string
}

/** The signing key of seals. */
export interface SealKey {
  readonly kid: number
  readonly secret: Uint8Array
}

/** First character of every seal. */
export const SEAL_MARK = '~'

const MAC = 11
const HEAD = MAC + 1
const BLOCK = 32
const LONGEST = 4096

const LETTERS: Readonly<Record<SealKind, string>> = {
  files: 'd',
  tree: 't',
  file: 'f',
  template: 'p',
  manifest: 'm',
  remote: 'r',
}

const KINDS: Readonly<Record<string, SealKind>> = {
  d: 'files',
  t: 'tree',
  f: 'file',
  p: 'template',
  m: 'manifest',
  r: 'remote',
}

const kindOf = (plain: string): SealKind | undefined => KINDS[plain.slice(0, 1)]

const hasName = (kind: SealKind | undefined): boolean => kind === 'manifest' || kind === 'remote'

const keyOf = (crypto: Crypto, secret: Uint8Array): Uint8Array =>
  crypto.hmac(secret, encodeUtf8('gatehouse seal'))

const macOf = (
  crypto: Crypto,
  key: Uint8Array,
  { channel, origin, address, name }: SealBinding,
  plain: string,
): Uint8Array => {
  const bound = address === undefined ? [channel, origin, plain] : [channel, origin, address, plain]
  if (name !== undefined && hasName(kindOf(plain))) bound.push(name)
  return crypto.hmac(key, encodeUtf8(bound.join('\n'))).subarray(0, MAC)
}

/** The MAC is what the stream starts from, so that equal places have equal seals and different ones share no stream (as RFC 5297 does). */
const mask = (crypto: Crypto, key: Uint8Array, mac: Uint8Array, data: Uint8Array): Uint8Array => {
  const out = new Uint8Array(data.length)
  const seed = new Uint8Array(MAC + 1)
  seed.set(mac)
  for (let from = 0; from < data.length; from += BLOCK) {
    seed[MAC] = from / BLOCK
    const block = crypto.hmac(key, seed)
    const end = Math.min(BLOCK, data.length - from)
    for (let at = 0; at < end; at += 1) out[from + at] = (data[from + at] ?? 0) ^ (block[at] ?? 0)
  }
  return out
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length
  for (let at = 0; at < MAC; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
  return difference === 0
}

/**
 * Seals a text: a MAC over binding and text, and the encrypted text. The same for every viewer. Base64url after `~`: 17 characters,
 * and four for each three bytes. `null` where the text is longer than 4 kB.
 */
export const sealText = (
  crypto: Crypto,
  { kid, secret }: SealKey,
  binding: SealBinding,
  plain: string,
): string | null => {
  const data = encodeUtf8(plain)
  if (data.length > LONGEST) return null
  const key = keyOf(crypto, secret)
  const mac = macOf(crypto, key, binding, plain)
  const out = new Uint8Array(HEAD + data.length)
  out[0] = kid
  out.set(mac, 1)
  out.set(mask(crypto, key, mac, data), HEAD)
  return SEAL_MARK + encodeBase64url(out)
}

/** Keyed hash of a name: eight characters. */
export const sealName = (crypto: Crypto, { secret }: SealKey, name: string): string =>
  encodeBase64url(crypto.hmac(keyOf(crypto, secret), encodeUtf8(name))).slice(0, 8)

/** Verifies a seal and returns its text; `null` where it is malformed, forged or another channel's. */
export const openText = (
  crypto: Crypto,
  secretOf: SecretOf,
  binding: SealBinding,
  text: string,
): string | null => {
  if (!text.startsWith(SEAL_MARK) || text.length > 2 * LONGEST) return null
  const bytes = decodeBase64url(text.slice(SEAL_MARK.length))
  if (bytes === null || bytes.length < HEAD + 3) return null
  const secret = secretOf(bytes[0] ?? 0)
  if (!secret) return null
  const key = keyOf(crypto, secret)
  const mac = bytes.subarray(1, HEAD)
  const plain = decodeUtf8(mask(crypto, key, mac, bytes.subarray(HEAD)))
  return plain === null || !isSame(mac, macOf(crypto, key, binding, plain)) ? null : plain
}

/** Seals a place. `null` where its path is longer than 4 kB. */
export const sealPlace = (
  crypto: Crypto,
  key: SealKey,
  binding: SealBinding,
  place: SealedPlace,
): string | null => {
  const origin = place.origin === binding.origin ? '' : place.origin
  const plain = `${LETTERS[place.kind]}${origin}\n${place.path}`
  return sealText(crypto, key, { ...binding, name: place.name ?? '' }, plain)
}

/** Verifies the seal of a place and returns it; `null` where it is malformed, forged, another channel's or has another name. */
export const openSeal = (
  crypto: Crypto,
  secretOf: SecretOf,
  binding: SealBinding,
  text: string,
): SealedPlace | null => {
  const plain = openText(crypto, secretOf, binding, text)
  if (plain === null) return null
  const kind = kindOf(plain)
  const end = plain.indexOf('\n')
  if (kind === undefined || end < 0) return null
  const origin = plain.slice(1, end) || binding.origin
  const place = { kind, origin, path: plain.slice(end + 1) }
  return hasName(kind) ? { ...place, name: binding.name ?? '' } : place
}

/** What sealed addresses begin with, below the channel. */
export const SEALED = '@/'

/** The address of a sealed place, with its name or for what is behind the seal to follow; `null` where it cannot be sealed. */
export type Sealer = (kind: SealKind, origin: string, path: string, name?: string) => string | null

/** Seals places, each once. */
export const createSealer = (sealOf: (place: SealedPlace) => string | null): Sealer => {
  const known = new Map<string, string | null>()
  return (kind, origin, path, name = '') => {
    const key = `${kind}${name}${origin}${path}`
    const before = known.get(key)
    if (before !== undefined) return before
    const seal = sealOf({ kind, origin, path, ...(name === '' ? {} : { name }) })
    const made = seal === null ? null : `${SEALED}${seal}/${name}`
    known.set(key, made)
    return made
  }
}
