import { useMemo, useState } from 'preact/hooks'
import { inBulk } from '../../components/in-bulk.ts'
import { get, send } from '../../data/api.ts'
import { hrefOf, parseRoute, useParam, useRoute } from '../../data/route.ts'
import type { Finding } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { messageOf } from '../../text/failure.ts'

/** What somebody may say of a finding. */
export type Verdict = 'confirmed' | 'dismissed' | 'open'

/** Findings that were judged, and how they stood before. */
export interface Judged {
  readonly ids: readonly string[]
  readonly verdict: Verdict
  readonly before: Verdict
}

/** Of those that are new, so many are counted at most. */
const NEWEST = 50

/** The finding of an address, else the first; none while that of the address is being read. */
const chosenOf = (
  wanted: string | undefined,
  items: readonly Finding[],
  single: Finding | null,
): Finding | null => {
  if (wanted === undefined) return items[0] ?? null
  const listed = items.find(({ id }) => id === wanted)
  return listed ?? (single?.id === wanted ? single : null)
}

const judgeAll = async (ids: readonly string[], state: Verdict): Promise<void> =>
  await inBulk(ids, (part) => send('POST', '/findings/bulk', { ids: part, state }))

const verdictOf = (state: string | undefined): Verdict =>
  state === 'confirmed' || state === 'dismissed' ? state : 'open'

/** How many findings came since the list was read: it is not moved under somebody who goes through it. */
const useFresh = (state: string, items: readonly Finding[] | null): number => {
  const newest = useQuery(
    `newest findings ${state}`,
    (signal) => get(`/findings?state=${state}&sort=-at&limit=${NEWEST}`, signal),
    ['finding'],
  )
  return useMemo(() => {
    if (items === null) return 0
    const known = new Set(items.map(({ id }) => id))
    const since = items.at(-1)?.at ?? 0
    return (newest.data?.items ?? []).filter(({ id, at }) => !known.has(id) && at >= since).length
  }, [items, newest.data])
}

/** The findings of a state, the one that is open, and those that are marked. */
export const useFindings = () => {
  const { path } = useRoute()
  const [state, setState] = useParam('state', 'open')
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const query = useQuery(`findings ${state}`, (signal) =>
    get(`/findings?state=${state}&sort=-at&limit=200`, signal),
  )
  const wanted = path[1]
  const single = useQuery(
    `finding ${wanted ?? ''}`,
    async (signal) =>
      wanted === undefined ? null : await get(`/findings/${encodeURIComponent(wanted)}`, signal),
    ['finding'],
  )
  const items = query.data?.items ?? []
  const fresh = useFresh(state, query.data?.items ?? null)
  const chosen = chosenOf(wanted, items, single.data)
  const kept = state === 'open' ? {} : { state }
  // Keys may come faster than the page is drawn: they mean the finding the address has by then.
  const present = () => parseRoute(location.hash).path[1] ?? items[0]?.id
  const go = (step: number) => {
    const at = items.findIndex(({ id }) => id === present())
    const next = items[Math.max(0, Math.min(items.length - 1, at + step))]
    if (next !== undefined) location.hash = hrefOf(['findings', next.id], kept)
  }
  const mark = (id: string) =>
    setMarked((before) => {
      const next = new Set(before)
      if (!next.delete(id)) next.add(id)
      return next
    })
  const reload = () => {
    query.reload()
    single.reload()
  }
  return {
    state,
    setState,
    marked,
    setMarked,
    query,
    items,
    chosen,
    fresh,
    allHref: hrefOf(['findings'], kept),
    isOne: wanted !== undefined,
    present,
    go,
    mark,
    reload,
  }
}

/** Judges findings, and takes it back. */
export const useJudging = ({
  items,
  chosen,
  setMarked,
  reload,
}: Pick<ReturnType<typeof useFindings>, 'items' | 'chosen' | 'setMarked' | 'reload'>) => {
  const [error, setError] = useState<string | null>(null)
  const [judged, setJudged] = useState<Judged | null>(null)
  const run = (done: Judged, kept: Judged | null) => {
    if (done.ids.length === 0) return
    setError(null)
    judgeAll(done.ids, done.verdict)
      .then(
        () => {
          // Others may have been marked meanwhile.
          setMarked((before) => new Set([...before].filter((id) => !done.ids.includes(id))))
          setJudged(kept)
        },
        (failure: unknown) => setError(messageOf(failure)),
      )
      .finally(reload)
  }
  const judge = (ids: readonly string[], verdict: Verdict) => {
    const one = items.find(({ id }) => id === ids[0]) ?? chosen
    const done = { ids, verdict, before: verdictOf(one?.state) }
    run(done, done)
  }
  const undo = () => {
    if (judged !== null) run({ ...judged, verdict: judged.before }, null)
  }
  return { error, judged, judge, undo }
}
