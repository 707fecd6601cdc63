import { PageLink } from '../../components/page-link.tsx'
import { Card, Shown } from '../../components/parts.tsx'
import { PlayList } from '../../components/plays.tsx'
import { get } from '../../data/api.ts'
import { serverNow } from '../../data/clock.ts'
import { hrefOf } from '../../data/route.ts'
import type { MapPlace, MapPlays, Play } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { duration, number, placeName, radiusText } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import { type PlayColumns, visitorsOf } from './plays.ts'

/** Half of what a position is rounded to, degrees. */
const HALF = 0.05
const MOST_PEOPLE = 20

/** A place in words. */
export const labelOf = ({ city, country }: MapPlace): string => placeName(city, country)

/** The box around places, as the API wants it. */
const boxOf = (places: readonly MapPlace[]): string => {
  const latitudes = places.map(({ latitude }) => latitude)
  const longitudes = places.map(({ longitude }) => longitude)
  return [
    Math.min(...latitudes) - HALF,
    Math.min(...longitudes) - HALF,
    Math.max(...latitudes) + HALF,
    Math.max(...longitudes) + HALF,
  ]
    .map((degrees) => degrees.toFixed(3))
    .join(',')
}

const titleOf = (places: readonly MapPlace[]): string => {
  const names = [...new Set(places.map(labelOf))]
  const more = names.length > 3 ? ` … (${number(names.length)})` : ''
  const [only, second] = places
  const radius = second === undefined && only !== undefined ? only : null
  return [
    names.slice(0, 3).join(' · ') + more,
    radius === null ? '' : radiusText(radius.city, radius.accuracyKm),
  ]
    .filter(Boolean)
    .join(' ')
}

const isRunning = ({ endedAt }: Play): boolean => endedAt === null

interface Props {
  readonly data: MapPlays
  readonly plays: PlayColumns
  readonly chosen: ReadonlySet<number>
  /** Unix milliseconds. */
  readonly span: { readonly from: number; readonly to: number }
}

const People = ({ data, plays, chosen }: Props) => {
  const visitors = visitorsOf(plays, chosen, serverNow() / 1000)
  return (
    <>
      <h3>{t('map.people', { n: visitors.length })}</h3>
      <ul class="plain-list">
        {visitors.slice(0, MOST_PEOPLE).map((one) => {
          const { account, accountName } = data.accounts[one.account] ?? {
            account: '',
            accountName: null,
          }
          return (
            <li key={account}>
              <PageLink href={hrefOf(['accounts', account])}>{accountName ?? account}</PageLink>{' '}
              {t('map.place', { n: one.plays })}, {duration(one.seconds * 1000)}{' '}
              {one.isPlaying && (
                <a href={hrefOf(['now'], { filter: accountName ?? account })}>{t('map.now')}</a>
              )}
            </li>
          )
        })}
      </ul>
    </>
  )
}

/** What was watched at some places: people, sessions that run, history. */
export const PlaceCard = (props: Props) => {
  const { data, chosen, span } = props
  const places = [...chosen].flatMap((at) => data.places[at] ?? [])
  const box = boxOf(places)
  const radius = Math.max(0, ...places.map(({ accuracyKm }) => accuracyKm ?? 0))
  const query = useQuery(`place ${box} ${span.from} ${span.to}`, async (signal) => {
    const page = await get(
      `/history/plays?from=${span.from}&to=${span.to}&box=${box}&limit=100&sort=-startedAt`,
      signal,
    )
    return page.items
  })
  return (
    <Card title={titleOf(places)}>
      {radius > 0 && <p class="dim">{t('map.radius', { n: Math.round(radius) })}</p>}
      <People {...props} />
      <Shown query={query} isEmpty={(plays) => plays.length === 0}>
        {(plays) => (
          <>
            <h3>{t('map.sessions', { n: plays.filter(isRunning).length })}</h3>
            <ul class="plain-list">
              {plays.filter(isRunning).map((play) => (
                <li key={play.id}>
                  <PageLink href={hrefOf(['accounts', play.account])}>
                    {play.accountName ?? play.account}
                  </PageLink>{' '}
                  {play.title ?? play.channel} <span class="dim">{play.address}</span>{' '}
                  {duration(serverNow() - play.startedAt)}
                </li>
              ))}
            </ul>
            <h3>{t('nav.history')}</h3>
            <PlayList plays={plays} />
          </>
        )}
      </Shown>
    </Card>
  )
}
