import { isLoginArgument, isUserArgument, loginsInPath } from '#domain/addresses/address-logins'
import { decodePercent } from '#domain/credentials/encoding'
import type { PlaylistEntry } from '../m3u/playlist.ts'
import { eachInTurns } from './yield-to-event-loop.ts'

/** Shorter ones are numbers, or words that mean another thing elsewhere. */
const LEAST_ARGUMENT = 6

interface Found {
  readonly users: string[]
  readonly passwords: string[]
}

const loginsOf = (address: string): Found => {
  const [, before = '', path = '', rest = ''] =
    /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#;]*)([^?#;]*)(.*)$/is.exec(address) ?? []
  const inPath = loginsInPath(path)
  const found = { users: [...inPath.users], passwords: [...inPath.passwords] }
  const at = before.lastIndexOf('@')
  const colon = before.indexOf(':')
  if (at > 0 && colon >= 0 && colon < at) {
    found.users.push(before.slice(0, colon))
    found.passwords.push(before.slice(colon + 1, at))
  }
  if (!rest.includes('=')) return found
  for (const pair of rest.split(/[?&;#|]/)) {
    const mark = pair.indexOf('=')
    const name = pair.slice(0, mark)
    const value = pair.slice(mark + 1)
    if (mark < 1 || value.length < LEAST_ARGUMENT) continue
    if (isUserArgument(name)) found.users.push(value)
    else if (isLoginArgument(name, value)) found.passwords.push(value)
  }
  return found
}

/** Whether a user's name may not stand for another thing. */
const isOwnName = (user: string): boolean => user.length >= LEAST_ARGUMENT && /\d/.test(user)

/** Passwords, and users' names that are no common words, in the addresses of a list's streams and of the list: in their path, their query, and before their host. */
export const passwordsOf = async (
  entries: readonly Pick<PlaylistEntry, 'url'>[],
  address = '',
): Promise<Set<string>> => {
  const found = new Set<string>()
  await eachInTurns([{ url: address }, ...entries], ({ url }) => {
    const { users, passwords } = loginsOf(url)
    for (const it of [...users.filter(isOwnName), ...passwords])
      if (it !== '') found.add(it).add(decodePercent(it))
    const [user, password] = [users[0], passwords[0]].map((it) => decodePercent(it ?? ''))
    if (user && password) found.add(Buffer.from(`${user}:${password}`).toString('base64'))
  })
  return found
}
