import { ticketsGiven } from '../../domain/addresses/address-logins.ts'
import { type OwnValue, ownValues } from '../../domain/addresses/own-arguments.ts'
import { addressOf, hostOfOrigin, loginWords } from '../../domain/addresses/resolve.ts'
import type { ChannelRecord } from '../../domain/channels/channel-table.ts'
import { hasWord } from '../../domain/spellings/has-word.ts'
import type { Variables } from '../../platform/request.ts'
import { readChannel } from '../origin.ts'

/** Shorter ones may stand in other words by chance. */
const LEAST = 6

/** Logins of records, found once for each. */
const logins = new WeakMap<ChannelRecord, readonly OwnValue[]>()

const loginsOf = (record: ChannelRecord): readonly OwnValue[] => {
  const before = logins.get(record)
  if (before !== undefined) return before
  const own = ownValues(record.base + record.entry, record.query, record.login).filter(
    (it) => it.isLogin,
  )
  logins.set(record, own)
  return own
}

/** Whether a header's value has a part of the login in the channel's own address. */
export const tellsLogin = (variables: Variables, value: string): boolean => {
  const record = readChannel(variables['gh_channel'] ?? '')
  return record !== null && loginsOf(record).some(({ text }) => hasWord(value, text))
}

/** The login of the channel's own address, in the ways it may be spelled, and the tickets of the address that answers. */
export const loginsOfAnswer = (variables: Variables, hasTickets: boolean): string[] => {
  const record = readChannel(variables['gh_channel'] ?? '')
  const own = record === null ? [] : loginsOf(record).map(({ text }) => text)
  return hasTickets ? [...own, ...ticketsOf(variables)] : own
}

const ticketsOf = ({ gh_origin: origin = '', gh_path: asked = '' }: Variables): string[] => {
  const { path, query } = addressOf(origin, asked)
  return [...ticketsGiven(path, query), ...loginWords(origin)].filter((it) => it.length >= LEAST)
}

/** Whether it has that, a ticket of the address that answers, or a server's name. */
export const tellsOfOrigin = (variables: Variables, value: string): boolean => {
  if (tellsLogin(variables, value)) return true
  const { gh_origin: origin = '', gh_channel: channel = '' } = variables
  const origins = [origin, readChannel(channel)?.origin ?? origin]
  if (origins.some((it) => hasWord(value, hostOfOrigin(it)))) return true
  return ticketsOf(variables).some((it) => hasWord(value, it))
}
