import { type GeoProjection, geoEqualEarth, geoPath } from 'd3-geo'
import { useEffect, useRef, useState } from 'preact/hooks'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import world from 'world-atlas/countries-110m.json'
import { Card, PageHead, Shown } from '../components/parts.tsx'
import { PlayList } from '../components/plays.tsx'
import { SpanChoice } from '../components/span.tsx'
import { get } from '../data/api.ts'
import { useParam } from '../data/route.ts'
import type { MapPoint, Page, Play } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { country } from '../text/format.ts'
import { t } from '../text/text.ts'

const topology = world as unknown as Topology<{ countries: GeometryCollection }>
const land = feature(topology, topology.objects.countries)
const SPANS = ['1', '7', '30', '90']

/** The place nearest to a click, within reach of a finger. */
const nearest = (
  points: readonly MapPoint[],
  projection: GeoProjection,
  [x, y]: readonly [number, number],
): MapPoint | null => {
  let best: MapPoint | null = null
  let bestPx = 18
  for (const point of points) {
    const at = projection([point.longitude, point.latitude])
    const px = at === null ? Number.POSITIVE_INFINITY : Math.hypot(at[0] - x, at[1] - y)
    if (px < bestPx) {
      best = point
      bestPx = px
    }
  }
  return best
}

const radiusOf = (plays: number): number => Math.min(22, 3 + Math.sqrt(plays))

const draw = (
  canvas: HTMLCanvasElement,
  points: readonly MapPoint[],
  chosen: MapPoint | null,
): GeoProjection => {
  const scale = devicePixelRatio
  const { clientWidth: width, clientHeight: height } = canvas
  canvas.width = width * scale
  canvas.height = height * scale
  const projection = geoEqualEarth().fitExtent(
    [
      [4, 4],
      [width - 4, height - 4],
    ],
    { type: 'Sphere' },
  )
  const context = canvas.getContext('2d')
  if (context === null) return projection
  // Colours of the present theme, as the style sheet gives them to the canvas.
  const style = getComputedStyle(canvas)
  context.scale(scale, scale)
  const path = geoPath(projection, context)
  context.beginPath()
  path(land)
  context.fillStyle = style.caretColor
  context.fill()
  context.strokeStyle = style.backgroundColor
  context.stroke()
  context.fillStyle = style.color
  for (const point of points) {
    const at = projection([point.longitude, point.latitude])
    if (at === null) continue
    context.globalAlpha = point === chosen ? 1 : 0.55
    context.beginPath()
    context.arc(at[0], at[1], radiusOf(point.plays), 0, 2 * Math.PI)
    context.fill()
  }
  context.globalAlpha = 1
  return projection
}

const labelOf = ({ city, country: code }: MapPoint): string =>
  [city, country(code)].filter((text) => text !== null && text !== '').join(', ')

const World = ({
  points,
  chosen,
  choose,
}: {
  readonly points: readonly MapPoint[]
  readonly chosen: MapPoint | null
  readonly choose: (point: MapPoint | null) => void
}) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const projection = useRef<GeoProjection | null>(null)
  useEffect(() => {
    const again = () => {
      if (canvas.current !== null) projection.current = draw(canvas.current, points, chosen)
    }
    again()
    addEventListener('resize', again)
    return () => removeEventListener('resize', again)
  }, [points, chosen])
  const clicked = ({ offsetX, offsetY }: MouseEvent) => {
    if (projection.current !== null) choose(nearest(points, projection.current, [offsetX, offsetY]))
  }
  return (
    <canvas ref={canvas} class="world" role="img" aria-label={t('map.label')} onClick={clicked} />
  )
}

const near = (play: Play, point: MapPoint): boolean =>
  play.latitude !== null &&
  play.longitude !== null &&
  Math.abs(play.latitude - point.latitude) < 0.06 &&
  Math.abs(play.longitude - point.longitude) < 0.06

const Place = ({ point, days }: { readonly point: MapPoint; readonly days: string }) => {
  const from = Date.now() - Number(days) * 86_400_000
  const only = point.country === null ? '' : `&country=${point.country}`
  const query = useQuery(`place ${point.latitude} ${point.longitude} ${days}`, async (signal) => {
    const page = await get<Page<Play>>(
      `/history/plays?from=${from}${only}&limit=1000&sort=-startedAt`,
      signal,
    )
    return page.items.filter((play) => near(play, point))
  })
  return (
    <Card title={`${labelOf(point)}: ${t('map.place', { n: point.plays })}`}>
      <Shown query={query} isEmpty={(plays) => plays.length === 0}>
        {(plays) => <PlayList plays={plays} />}
      </Shown>
    </Card>
  )
}

/** Where plays came from; a place leads to its plays. */
export const MapPage = () => {
  const [days, setDays] = useParam('days', '7')
  const [chosen, setChosen] = useState<MapPoint | null>(null)
  const query = useQuery(`map ${days}`, (signal) =>
    get<MapPoint[]>(`/history/map?days=${days}&limit=10000`, signal),
  )
  return (
    <>
      <PageHead title={t('map.title')}>
        <SpanChoice label={t('map.title')} spans={SPANS} days={days} setDays={setDays} />
      </PageHead>
      <p class="dim">{t('map.text', { n: Number(days) })}</p>
      <Shown query={query} isEmpty={(points) => points.length === 0} empty={t('map.empty')}>
        {(points) => (
          <>
            <World points={points} chosen={chosen} choose={setChosen} />
            <p class="dim">{t('map.credit')}</p>
            <details>
              <summary>{t('map.list')}</summary>
              <ul class="plain-list places">
                {points.slice(0, 100).map((point) => (
                  <li key={`${point.latitude} ${point.longitude}`}>
                    <button type="button" onClick={() => setChosen(point)}>
                      {labelOf(point)}
                    </button>{' '}
                    <span class="dim">{t('map.place', { n: point.plays })}</span>
                  </li>
                ))}
              </ul>
            </details>
          </>
        )}
      </Shown>
      {chosen !== null && <Place point={chosen} days={days} />}
    </>
  )
}
