import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MapPlace } from '../../data/types.ts'
import { t } from '../../text/text.ts'
import {
  type Arc,
  arcPath,
  drawMap,
  isOnPath,
  layOut,
  type Sheet,
  uncertaintyPath,
} from './draw.ts'
import {
  bounded,
  clusterAt,
  clusterScale,
  clustersOf,
  clusterWeights,
  fittedTo,
  membersOf,
  type View,
  WHOLE,
  zoomed,
} from './view.ts'

/** Circles of uncertainty are drawn for at most so many places. */
const MOST_CIRCLES = 300
/** A press that moved less is a click, pixels. */
const CLICK_PX = 5

interface Props {
  readonly places: readonly MapPlace[]
  /** Plays of each place. */
  readonly weights: Float64Array
  readonly chosen: ReadonlySet<number>
  readonly choose: (places: readonly number[]) => void
  readonly arcs: readonly Arc[]
  readonly chosenArc: string | null
  readonly chooseArc: (id: string) => void
  /** Begins close to the places instead of with the whole world; the wheel scrolls the page then. */
  readonly isFitted?: boolean
}

/** The size of an element, as it changes. */
const useSize = (element: { readonly current: HTMLElement | null }) => {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const observer = new ResizeObserver(() =>
      setSize({ width: current.clientWidth, height: current.clientHeight }),
    )
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return size
}

/** Redraws when the theme changes. */
const useTheme = (): void => {
  const [, setTurn] = useState(0)
  useEffect(() => {
    const again = () => setTurn((now) => now + 1)
    const observer = new MutationObserver(again)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', again)
    return () => {
      observer.disconnect()
      system.removeEventListener('change', again)
    }
  }, [])
}

/** The places that have any play; `null` where they are more than `most`. */
const shownAt = (weights: Float64Array, most: number): number[] | null => {
  const found: number[] = []
  for (let at = 0; at < weights.length; at += 1) {
    if ((weights[at] ?? 0) === 0) continue
    if (found.length === most) return null
    found.push(at)
  }
  return found
}

/** What is drawn at a view. Clusters change with the scale alone. */
const useScene = (
  sheet: Sheet | null,
  view: View,
  { places, weights, chosen, arcs, chosenArc }: Props,
) => {
  const scale = clusterScale(view.scale)
  const clusters = useMemo(
    () => (sheet === null ? null : clustersOf(sheet.x, sheet.y, scale)),
    [sheet, scale],
  )
  const sums = useMemo(
    () => (clusters === null ? null : clusterWeights(clusters, weights)),
    [clusters, weights],
  )
  const paths = useMemo(
    () => (sheet === null ? [] : arcs.map((arc) => ({ id: arc.id, path: arcPath(sheet, arc) }))),
    [sheet, arcs],
  )
  const circles = useMemo(() => {
    if (sheet === null) return []
    const shown = shownAt(weights, MOST_CIRCLES) ?? [...chosen]
    return shown.flatMap((at) => {
      const place = places[at]
      return place === undefined ? [] : (uncertaintyPath(sheet, place) ?? [])
    })
  }, [sheet, weights, chosen])
  if (clusters === null || sums === null) return null
  const [first] = chosen
  return {
    clusters,
    weights: sums,
    chosen: first === undefined ? -1 : (clusters.of[first] ?? -1),
    arcs: paths.map(({ id, path }) => ({ id, path, isChosen: id === chosenArc })),
    circles,
  }
}

/** Moving about: drag, wheel, keys and buttons. */
const useView = (sheet: Sheet | null, isFitted: boolean) => {
  const [view, setView] = useState(WHOLE)
  useEffect(() => {
    if (isFitted && sheet !== null) setView(fittedTo(sheet))
  }, [sheet, isFitted])
  const width = sheet?.width ?? 0
  const height = sheet?.height ?? 0
  const change = (make: (view: View) => View) =>
    setView((before) => bounded(make(before), width, height))
  const zoom = (factor: number, at: readonly [number, number] = [width / 2, height / 2]) =>
    change((before) => zoomed(before, factor, at))
  const move = (dx: number, dy: number) =>
    change(({ scale, x, y }) => ({ scale, x: x + dx, y: y + dy }))
  return { view, zoom, move, whole: () => setView(WHOLE) }
}

const STEP_PX = 60

/** A press that moves shifts the picture; one that does not is a click. */
const usePress = (
  move: (dx: number, dy: number) => void,
  click: (at: readonly [number, number]) => void,
) => {
  const pressed = useRef<{ x: number; y: number; moved: number } | null>(null)
  return {
    onPointerDown: (event: JSX.TargetedPointerEvent<HTMLCanvasElement>) => {
      pressed.current = { x: event.clientX, y: event.clientY, moved: 0 }
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const at = pressed.current
      if (at === null) return
      const [dx, dy] = [clientX - at.x, clientY - at.y]
      const moved = at.moved + Math.hypot(dx, dy)
      pressed.current = { x: clientX, y: clientY, moved }
      if (moved > CLICK_PX) move(dx, dy)
    },
    onPointerUp: ({ offsetX, offsetY }: PointerEvent) => {
      const at = pressed.current
      pressed.current = null
      if (at !== null && at.moved <= CLICK_PX) click([offsetX, offsetY])
    },
  }
}

const Buttons = ({
  zoom,
  whole,
}: {
  readonly zoom: (factor: number) => void
  readonly whole: () => void
}) => (
  <div class="map-buttons">
    <button type="button" aria-label={t('map.closer')} onClick={() => zoom(1.5)}>
      +
    </button>
    <button type="button" aria-label={t('map.further')} onClick={() => zoom(1 / 1.5)}>
      −
    </button>
    <button type="button" aria-label={t('map.whole')} onClick={whole}>
      ⤢
    </button>
  </div>
)

/** The map: a canvas with the places, and buttons for coming closer. */
export const World = (props: Props) => {
  const { places, choose, chooseArc } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(canvas)
  useTheme()
  const sheet = useMemo(
    () => (size.width === 0 ? null : layOut(places, size.width, size.height)),
    [places, size],
  )
  const { view, zoom, move, whole } = useView(sheet, props.isFitted === true)
  const scene = useScene(sheet, view, props)

  useEffect(() => {
    const { current } = canvas
    if (current === null || sheet === null || scene === null) return undefined
    const frame = requestAnimationFrame(() => {
      const [width, height] = [sheet.width * devicePixelRatio, sheet.height * devicePixelRatio]
      if (current.width !== Math.round(width)) current.width = Math.round(width)
      if (current.height !== Math.round(height)) current.height = Math.round(height)
      drawMap(current, sheet, { view, scene })
    })
    return () => cancelAnimationFrame(frame)
  })
  // The page must not scroll while somebody zooms; only a listener that is not passive can say so.
  const wheel = useRef<(event: WheelEvent) => void>(() => undefined)
  wheel.current = (event) => {
    if (props.isFitted === true && !event.ctrlKey) return
    event.preventDefault()
    zoom(Math.exp(-event.deltaY / 300), [event.offsetX, event.offsetY])
  }
  useEffect(() => {
    const turned = (event: WheelEvent) => wheel.current(event)
    canvas.current?.addEventListener('wheel', turned, { passive: false })
    return () => canvas.current?.removeEventListener('wheel', turned)
  }, [])

  const click = (at: readonly [number, number]) => {
    if (canvas.current === null || scene === null) return
    const number = clusterAt(scene.clusters, scene.weights, view, at)
    if (number >= 0) return choose(membersOf(scene.clusters, props.weights, number))
    const element = canvas.current
    const arc = scene.arcs.find(({ path }) => isOnPath(element, path, { view, at }))
    return arc === undefined ? choose([]) : chooseArc(arc.id)
  }
  const press = usePress(move, click)
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => zoom(1.5),
    '=': () => zoom(1.5),
    '-': () => zoom(1 / 1.5),
    '0': whole,
    ArrowLeft: () => move(STEP_PX, 0),
    ArrowRight: () => move(-STEP_PX, 0),
    ArrowUp: () => move(0, STEP_PX),
    ArrowDown: () => move(0, -STEP_PX),
  }
  return (
    <div class="map-box">
      <canvas
        ref={canvas}
        class="world"
        role="application"
        tabIndex={0}
        aria-label={t('map.label')}
        {...press}
        onKeyDown={(event) => {
          const act = keys[event.key]
          if (act === undefined || event.ctrlKey || event.metaKey) return
          event.preventDefault()
          act()
        }}
      />
      <Buttons zoom={zoom} whole={whole} />
    </div>
  )
}
