import { useMemo } from 'preact/hooks'
import type { SeenPlay } from '../../data/evidence.ts'
import type { Arc } from './draw.ts'
import { World } from './world.tsx'

const NOTHING: ReadonlySet<number> = new Set()
const ignore = () => undefined

/** The places of a finding's plays on a small map, joined in the order in which they began. */
export const EvidenceMap = ({
  plays,
  isJourney,
}: {
  readonly plays: readonly SeenPlay[]
  /** Whether they are joined. */
  readonly isJourney: boolean
}) => {
  const places = useMemo(
    () =>
      plays.flatMap(({ latitude, longitude, accuracyKm, country, place }) =>
        typeof latitude === 'number' && typeof longitude === 'number'
          ? [{ latitude, longitude, accuracyKm, country, city: place }]
          : [],
      ),
    [plays],
  )
  const arcs = useMemo(
    () =>
      (isJourney ? places.slice(1) : []).flatMap((to, at): Arc[] => {
        const from = places[at]
        if (from === undefined) return []
        return [
          {
            id: String(at),
            from: [from.longitude, from.latitude],
            to: [to.longitude, to.latitude],
          },
        ]
      }),
    [places, isJourney],
  )
  const weights = useMemo(() => new Float64Array(places.length).fill(1), [places])
  if (places.length === 0) return null
  return (
    <World
      places={places}
      weights={weights}
      chosen={NOTHING}
      choose={ignore}
      arcs={arcs}
      chosenArc={null}
      chooseArc={ignore}
      isFitted
    />
  )
}
