import type { LooseTiming, PlayRecord } from '#domain/types'
import { deliveryOf } from '#domain/viewer/delivery'
import type { SqlValue } from '../../sql/sql.ts'

type Values = readonly SqlValue[] | undefined

const maybe = (values: Values, at: number): string | null => {
  const value = values?.[at]
  return typeof value === 'string' ? value : null
}
const text = (values: Values, at: number): string => maybe(values, at) ?? ''

const amount = (values: Values, at: number): number | null => {
  const value = values?.[at]
  return typeof value === 'number' ? value : null
}
const number = (values: Values, at: number): number => amount(values, at) ?? 0

const flag = (values: Values, at: number): boolean | null => {
  const value = values?.[at]
  return typeof value === 'boolean' ? value : null
}

const TIMINGS = ['end', 'sittings', 'moment'] as const
const timing = (values: Values, at: number): LooseTiming | null =>
  TIMINGS.find((known) => known === values?.[at]) ?? null

/** Plays from a batch of what `PLAYS.select` reads; written out, since a loop over names makes slow objects. */
export const playsOfColumns = (columns: readonly (readonly SqlValue[])[]): PlayRecord[] => {
  const [key, , source, id, account, accountName, group, address, network, isLan] = columns
  const [country, region, city, latitude, longitude, accuracyKm, asn, asnOrg] = columns.slice(10)
  const [device, platform, client, channel, title, isLive] = columns.slice(18)
  const [startedAt, lastSeenAt, endedAt, playedMs, bytes, reason] = columns.slice(24)
  const [player, agent, download, playback, door, timed, isMusic, delivery] = columns.slice(30)
  const play = (at: number): PlayRecord => ({
    id: text(id, at),
    source: text(source, at),
    account: text(account, at),
    accountName: maybe(accountName, at),
    group: maybe(group, at),
    address: maybe(address, at),
    network: maybe(network, at),
    isLan: isLan?.[at] === true,
    country: maybe(country, at),
    region: maybe(region, at),
    city: maybe(city, at),
    latitude: amount(latitude, at),
    longitude: amount(longitude, at),
    accuracyKm: amount(accuracyKm, at),
    asn: amount(asn, at),
    asnOrg: maybe(asnOrg, at),
    device: maybe(device, at),
    platform: maybe(platform, at),
    client: maybe(client, at),
    channel: maybe(channel, at),
    title: maybe(title, at),
    isLive: isLive?.[at] === true,
    startedAt: number(startedAt, at),
    lastSeenAt: number(lastSeenAt, at),
    endedAt: amount(endedAt, at),
    playedMs: amount(playedMs, at),
    bytes: amount(bytes, at),
    reason: maybe(reason, at),
    player: maybe(player, at),
    agent: maybe(agent, at),
    download: maybe(download, at),
    playback: maybe(playback, at),
    door: maybe(door, at),
    timing: timing(timed, at),
    isMusic: flag(isMusic, at),
    delivery: deliveryOf(delivery?.[at]),
  })
  return (key ?? []).map((_, at) => play(at))
}
