import { PageLink } from '../../components/page-link.tsx'
import { Badge } from '../../components/parts.tsx'
import type { Column } from '../../components/table.tsx'
import { hrefOf, whyOf } from '../../data/route.ts'
import type { Session } from '../../data/types.ts'
import {
  bytes,
  country,
  duration,
  placeName,
  player,
  radiusText,
  serverName,
} from '../../text/format.ts'
import { protocolName } from '../../text/player.ts'
import { language, t, words } from '../../text/text.ts'

/** What a button of a row does. */
export type Deed = 'end' | 'ban' | 'message'

/** Who watches, by name where there is one. */
export const whoOf = ({ user_name: name, user_id: id }: Session): string => name ?? id

const toneOf = (state: string) => {
  if (state === 'playing') return 'good'
  return state === 'ending' || state === 'superseded' ? 'warn' : 'plain'
}

/** Streams of the account of its cap: `2 of 3`; the number alone where there is no cap. */
const capText = (used: number, most: number | null): string =>
  most === null ? String(used) : t('now.cap', { n: used, most: String(most) })

/** All that is known of where somebody is, on one line. */
const placeTitle = ({ ip, city, country: code, accuracy_km: km }: Session): string =>
  [ip, placeName(city, code), radiusText(city, km)].filter(Boolean).join(' · ')

/** How many streams each account has, and may have. */
export interface CapUse {
  readonly used: ReadonlyMap<string, number>
  readonly most: ReadonlyMap<string, number>
}

const identity = (caps: CapUse): Column<Session>[] => [
  {
    key: 'who',
    share: 10,
    isPlain: true,
    sixths: 3,
    title: t('col.who'),
    sortBy: whoOf,
    cell: (row) => <PageLink href={hrefOf(['accounts', row.user_id])}>{whoOf(row)}</PageLink>,
  },
  {
    key: 'what',
    share: 12,
    isPlain: true,
    sixths: 3,
    title: t('col.what'),
    sortBy: ({ name }) => name,
    cell: ({ name }) => <span title={name}>{name}</span>,
  },
  {
    key: 'where',
    share: 15,
    isPlain: true,
    title: t('col.where'),
    sortBy: (row) => `${country(row.country)} ${row.city ?? ''}`,
    cell: (row) => (
      <span class="two-lines" title={placeTitle(row)}>
        {row.country !== null && <span>{placeName(row.city, row.country)}</span>}
        {radiusText(row.city, row.accuracy_km) !== '' && (
          <span class="dim">{radiusText(row.city, row.accuracy_km)}</span>
        )}
        <span class="dim">{row.ip}</span>
      </span>
    ),
  },
  {
    key: 'player',
    share: 9,
    isPlain: true,
    sixths: 3,
    title: t('col.player'),
    sortBy: (row) => player(row.user_agent),
    cell: (row) => (
      <span class="two-lines" title={row.user_agent}>
        <span>{player(row.user_agent)}</span>
        {protocolName(row.proto) !== '' && <span class="dim">{protocolName(row.proto)}</span>}
      </span>
    ),
  },
  {
    key: 'server',
    share: 8.6,
    isPlain: true,
    sixths: 3,
    title: t('col.server'),
    sortBy: (row) => row.source,
    cell: (row) => <span title={row.source}>{serverName(row.source)}</span>,
  },
  {
    key: 'cap',
    share: 8,
    sixths: 2,
    title: t('col.cap'),
    isNumber: true,
    sortBy: (row) => caps.used.get(row.user_id) ?? 0,
    cell: (row) => capText(caps.used.get(row.user_id) ?? 0, caps.most.get(row.user_id) ?? null),
  },
]

const course = (now: number): Column<Session>[] => [
  {
    key: 'state',
    share: 9.2,
    sixths: 2,
    title: t('col.state'),
    sortBy: (row) => row.state,
    cell: (row) => <Badge tone={toneOf(row.state)}>{words('state', row.state)}</Badge>,
  },
  {
    key: 'quality',
    share: 10.4,
    sixths: 2,
    title: t('col.quality'),
    isNumber: true,
    sortBy: (row) => rateOf(row, now),
    cell: (row) => (
      <span title={row.bytes === 0 ? undefined : bytes(row.bytes)}>{qualityOf(row, now)}</span>
    ),
  },
  {
    key: 'since',
    share: 8,
    sixths: 2,
    title: t('col.since'),
    isNumber: true,
    sortBy: (row) => -row.opened_at,
    cell: (row) => duration(now - row.opened_at),
  },
]

/** Mean rate of a session so far, bits a second. */
const rateOf = (row: Session, now: number): number =>
  (row.bytes * 8_000) / Math.max(1_000, Math.min(now, row.updated_at) - row.opened_at)

const tenths = new Intl.NumberFormat(language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
})
const wholes = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })

const rateText = (rate: number): string => (rate < 1e7 ? tenths : wholes).format(rate / 1e6)

/** Its rate, or how a media server delivers it, which tells no bytes. */
const qualityOf = (row: Session, now: number): string => {
  if (row.bytes > 0) return t('now.rate', { rate: rateText(rateOf(row, now)) })
  return row.delivery === null ? '–' : words('delivery', row.delivery)
}

/** Plex has no way to show words. */
const showsWords = ({ source }: Session): boolean => /^(?:jellyfin|emby):/.test(source)

const deeds = (ask: (row: Session, deed: Deed) => void): Column<Session> => ({
  key: 'actions',
  share: 21,
  isPlain: true,
  sixths: 4,
  title: t('col.actions'),
  cell: (row) => (
    <span class="row-actions">
      <a href={whyOf({ ip: row.ip, channel: row.name, account: row.user_id })}>
        {t('action.explain')}
      </a>
      {showsWords(row) && (
        <button type="button" onClick={() => ask(row, 'message')}>
          {t('action.message')}
        </button>
      )}
      <button type="button" onClick={() => ask(row, 'end')}>
        {t('action.end')}
      </button>
      <button type="button" class="danger" onClick={() => ask(row, 'ban')}>
        {t('action.ban')}
      </button>
    </span>
  ),
})

/** Columns of the list of what plays; with `ask` its rows have buttons. */
export const columnsOf = (
  now: number,
  caps: CapUse,
  ask: ((row: Session, deed: Deed) => void) | null,
): Column<Session>[] => [...identity(caps), ...course(now), ...(ask === null ? [] : [deeds(ask)])]
