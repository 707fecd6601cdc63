import { type GeoProjection, geoCircle, geoEqualEarth, geoPath } from 'd3-geo'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import world from 'world-atlas/countries-110m.json'
import type { MapPlace } from '../../data/types.ts'
import { type Clusters, dotRadius, type View } from './view.ts'

const topology = world as unknown as Topology<{ countries: GeometryCollection }>
const land = feature(topology, topology.objects.countries)

/** Two plays that no journey joins: where from, where to. */
export interface Arc {
  readonly id: string
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
}

/** The world laid out for a picture of some size: what does not change while somebody moves about. */
export interface Sheet {
  readonly width: number
  readonly height: number
  readonly projection: GeoProjection
  readonly land: Path2D
  /** Base coordinates of the places; NaN where there are none. */
  readonly x: Float64Array
  readonly y: Float64Array
}

const pathOf = (projection: GeoProjection, shape: Parameters<ReturnType<typeof geoPath>>[0]) =>
  new Path2D(geoPath(projection)(shape) ?? '')

/** Lays the world and the places out for a picture of some size. */
export const layOut = (places: readonly MapPlace[], width: number, height: number): Sheet => {
  const projection = geoEqualEarth().fitExtent(
    [
      [4, 4],
      [width - 4, height - 4],
    ],
    { type: 'Sphere' },
  )
  const x = new Float64Array(places.length).fill(Number.NaN)
  const y = new Float64Array(places.length).fill(Number.NaN)
  places.forEach(({ latitude, longitude }, at) => {
    const found = projection([longitude, latitude])
    if (found !== null) [x[at], y[at]] = found
  })
  return { width, height, projection, land: pathOf(projection, land), x, y }
}

/** A great circle between two places. */
export const arcPath = ({ projection }: Sheet, { from, to }: Arc): Path2D =>
  pathOf(projection, { type: 'LineString', coordinates: [[...from], [...to]] })

const KM_PER_DEGREE = 111.2

/** The circle within which the viewers of a place are. */
export const uncertaintyPath = ({ projection }: Sheet, place: MapPlace): Path2D | null =>
  place.accuracyKm === null || place.accuracyKm <= 0
    ? null
    : pathOf(
        projection,
        geoCircle()
          .center([place.longitude, place.latitude])
          .radius(place.accuracyKm / KM_PER_DEGREE)(),
      )

/** What is drawn above the land. */
export interface Scene {
  readonly clusters: Clusters
  readonly weights: Float64Array
  /** Number of the chosen cluster; -1 for none. */
  readonly chosen: number
  readonly arcs: readonly { readonly path: Path2D; readonly isChosen: boolean }[]
  readonly circles: readonly Path2D[]
}

/** Colours of the present theme, as the style sheet gives them to the canvas. */
const coloursOf = (canvas: HTMLCanvasElement) => {
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(name)
  return {
    land: style.caretColor,
    sea: style.backgroundColor,
    dot: style.color,
    arc: colour('outline-color'),
    text: colour('text-decoration-color'),
  }
}

const drawDots = (
  context: CanvasRenderingContext2D,
  { clusters, weights, chosen }: Scene,
  { view, sheet, text }: { view: View; sheet: Sheet; text: string },
) => {
  const colour = context.fillStyle
  context.font = '600 11px "Segoe UI", Roboto, "DejaVu Sans", sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  for (let at = 0; at < clusters.count; at += 1) {
    const weight = weights[at] ?? 0
    if (weight === 0) continue
    const x = (clusters.x[at] ?? 0) * view.scale + view.x
    const y = (clusters.y[at] ?? 0) * view.scale + view.y
    if (x < -30 || y < -30 || x > sheet.width + 30 || y > sheet.height + 30) continue
    const radius = dotRadius(weight)
    context.globalAlpha = at === chosen ? 1 : 0.72
    context.fillStyle = colour
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
    context.globalAlpha = 1
    if (at === chosen) context.stroke()
    if (radius < 11) continue
    context.fillStyle = text
    context.fillText(weight >= 10_000 ? `${Math.round(weight / 1000)}k` : String(weight), x, y)
  }
}

/** Draws the whole picture. */
export const drawMap = (
  canvas: HTMLCanvasElement,
  sheet: Sheet,
  { view, scene }: { readonly view: View; readonly scene: Scene },
): void => {
  const context = canvas.getContext('2d')
  if (context === null) return
  const colours = coloursOf(canvas)
  const dots = devicePixelRatio
  context.setTransform(dots, 0, 0, dots, 0, 0)
  context.clearRect(0, 0, sheet.width, sheet.height)
  const base = [dots * view.scale, 0, 0, dots * view.scale, dots * view.x, dots * view.y] as const
  context.setTransform(...base)
  context.lineWidth = 0.7 / view.scale
  context.fillStyle = colours.land
  context.fill(sheet.land)
  context.strokeStyle = colours.sea
  context.stroke(sheet.land)
  context.fillStyle = colours.dot
  context.strokeStyle = colours.dot
  for (const circle of scene.circles) {
    context.globalAlpha = 0.15
    context.fill(circle)
    context.globalAlpha = 0.7
    context.stroke(circle)
  }
  context.globalAlpha = 1
  context.strokeStyle = colours.arc
  for (const { path, isChosen } of scene.arcs) {
    context.lineWidth = (isChosen ? 4 : 1.6) / view.scale
    context.stroke(path)
  }
  context.setTransform(dots, 0, 0, dots, 0, 0)
  context.lineWidth = 2
  context.strokeStyle = colours.text
  context.fillStyle = colours.dot
  drawDots(context, scene, { view, sheet, text: colours.text })
}

/** Whether a point of the picture lies on a path of base coordinates, within reach of a finger. */
export const isOnPath = (
  canvas: HTMLCanvasElement,
  path: Path2D,
  { view, at: [x, y] }: { readonly view: View; readonly at: readonly [number, number] },
): boolean => {
  const context = canvas.getContext('2d')
  if (context === null) return false
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.lineWidth = 12 / view.scale
  return context.isPointInStroke(path, (x - view.x) / view.scale, (y - view.y) / view.scale)
}
