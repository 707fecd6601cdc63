import { decodePercent } from '../domain/credentials/encoding.ts'
import { doorOfPath } from '../domain/doors/match.ts'
import type { ReasonId } from '../domain/reasons.ts'
import type { Credential } from '../domain/types.ts'
import { bodyText, methodOf, type Request, variable } from '../platform/request.ts'

const MAX_LENGTH = 256

const NOTHING: Credential = { kind: 'none' }

const decodeForm = (text: string): string => decodePercent(text.replace(/\+/g, ' '))

const field = (form: string, name: string): string => {
  for (const pair of form.split('&')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at) === name) return decodeForm(pair.slice(at + 1))
  }
  return ''
}

/** The text of a field, empty where it is not there. */
export type ReadField = (name: string) => string

/** The form that was posted; empty where there is none, or JSON: some apps post `{}`. */
export const postedForm = (r: Request): string => {
  const posted = methodOf(r) === 'POST' ? bodyText(r).trim() : ''
  return posted.startsWith('{') ? '' : posted
}

/** Reads the fields of a request, from its query or from a posted form. */
export const fieldsOf = (r: Request): ReadField => {
  const form = postedForm(r)
  const args = variable(r, 'args')
  if (args === '' && form === '') return () => ''
  return (name) => (args === '' ? '' : field(args, name)) || (form === '' ? '' : field(form, name))
}

/** What a request for a list presents. */
export const readCredential = (r: Request, read = fieldsOf(r)): Credential | ReasonId => {
  const door = doorOfPath(variable(r, 'uri'))
  const nothing = door?.credentials.includes('none') ? NOTHING : 'credentials.wrong'
  const token = read('token')
  if (token.length > MAX_LENGTH) return 'request.malformed'
  if (token !== '') return { kind: 'token', token }
  const username = read('username')
  const password = read('password')
  if (username.length > MAX_LENGTH || password.length > MAX_LENGTH) return 'request.malformed'
  if (username !== '') return { kind: 'xtream', username, password }
  return nothing
}
