import { readFileSync } from 'node:fs'
import { headerProblem } from '../../config/checks/destination-checks.ts'
import type { DestinationConfig, DestinationKind } from '../../config/schema/destinations.ts'
import type { SecretBox } from '../../keys/secret-box.ts'
import { say } from '../../sentences/sentences.ts'
import type { Json } from '../../store/tables/records.ts'
import type { Destination } from '../model/notifier.ts'

/** Settings that are shown only masked. */
const SECRETS = ['url', 'token', 'password', 'secret', 'headers'] as const

type SecretName = (typeof SECRETS)[number]

/** Kinds whose address is a credential. */
const SECRET_URL = new Set<DestinationKind>(['discord', 'webhook'])

/** Text shown instead of a secret. */
export const MASK = '***'

const maskUrl = (kind: DestinationKind, text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) return MASK
  if (SECRET_URL.has(kind)) return `${url.origin}/${MASK}`
  if (url.password === '' && url.username === '') return text
  url.password = MASK
  return url.href
}

const isWord = (name: SecretName): name is 'token' | 'password' | 'secret' =>
  name !== 'url' && name !== 'headers'

/** A destination with its secrets masked. */
export const masked = (destination: DestinationConfig): DestinationConfig => {
  const shown = { ...destination }
  const { kind, url, headers } = destination
  if (url !== undefined) shown.url = maskUrl(kind, url)
  if (headers !== undefined) {
    shown.headers = Object.fromEntries(Object.keys(headers).map((name) => [name, MASK]))
  }
  for (const name of SECRETS) if (isWord(name) && shown[name] !== undefined) shown[name] = MASK
  return shown
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A destination from the API with masked secrets replaced by the stored ones. */
export const restored = (
  raw: Readonly<Record<string, unknown>>,
  known: DestinationConfig,
): Record<string, unknown> => {
  const shown = masked(known)
  const whole: Record<string, unknown> = { ...raw }
  for (const name of SECRETS) {
    if (name !== 'headers' && known[name] !== undefined && raw[name] === shown[name])
      whole[name] = known[name]
  }
  const { headers } = raw
  if (isRecord(headers)) {
    const pairs = Object.entries(headers).map(([name, value]) => {
      const before = known.headers?.[name]
      return [name, value === MASK && before !== undefined ? before : value]
    })
    whole['headers'] = Object.fromEntries(pairs)
  }
  return whole
}

const contextOf = (name: string): string => `destination:${name}`

/** A destination's settings as stored in the database: secrets encrypted, as one text in `sealed`. */
export const sealSettings = (destination: DestinationConfig, box: SecretBox): Json => {
  const entries = Object.entries(destination)
  const isSecret = ([name]: [string, unknown]) => SECRETS.some((one) => one === name)
  const secrets = Object.fromEntries(entries.filter(isSecret))
  const open = Object.fromEntries(entries.filter((entry) => !isSecret(entry)))
  const json: Json = JSON.parse(JSON.stringify(open))
  const sealed = box.seal(JSON.stringify(secrets), contextOf(destination.name))
  return { ...(isRecord(json) ? json : {}), sealed }
}

/** Decrypts stored settings. Throws an `Error` where the key is another one. */
export const openSettings = (name: string, settings: Json, box: SecretBox): unknown => {
  if (!isRecord(settings)) return settings
  const { sealed, ...open } = settings
  if (typeof sealed !== 'string') return open
  const secrets: unknown = JSON.parse(box.open(sealed, contextOf(name)))
  return { ...open, ...(isRecord(secrets) ? secrets : {}) }
}

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`${file} cannot be read (${code})`, { cause: error })
  }
}

/** A secret's file: its first line. */
const readSecret = (file: string): string => {
  const [line = ''] = readText(file).trim().split(/\r?\n/)
  if (line.trim() === '') throw new Error(say('file.empty', { file }))
  return line.trim()
}

const readHeaders = (file: string): Record<string, string> => {
  const lines = readText(file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
  const pairs = lines.map((line, at): [string, string] => {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()]
    if (colon < 1 || headerProblem(name, value) !== null)
      throw new Error(`${file}: line ${at + 1} is not \`Name: value\``)
    return [name, value]
  })
  return Object.fromEntries(pairs)
}

/** A destination with the content of its files. Throws an `Error` that names a file which cannot be read. */
export const withFiles = (config: DestinationConfig): Destination => {
  const { url_file: url, token_file: token, password_file: password, secret_file: secret } = config
  const read = (name: string, file: string | undefined) =>
    file === undefined ? {} : { [name]: readSecret(file) }
  const found = {
    ...read('url', url),
    ...read('token', token),
    ...read('password', password),
    ...read('secret', secret),
  }
  if (found['url'] !== undefined && !/^https?:\/\//.test(found['url']))
    throw new Error(`${url ?? ''} must hold an address that begins with http:// or https://`)
  const { headers = {}, headers_file: headersFile, ca_file: caFile } = config
  return {
    ...config,
    ...found,
    headers: { ...headers, ...(headersFile === undefined ? {} : readHeaders(headersFile)) },
    ...(caFile === undefined ? {} : { ca: readText(caFile) }),
  }
}
