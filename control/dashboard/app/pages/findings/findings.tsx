import { useEffect, useState } from 'preact/hooks'
import { AccountLink } from '../../components/account-link.tsx'
import { Alert, Badge, Card, PageHead, Shown, type Tone } from '../../components/parts.tsx'
import { get, send } from '../../data/api.ts'
import { hrefOf, useParam, useRoute } from '../../data/route.ts'
import type { Finding } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { messageOf } from '../../text/failure.ts'
import { moment } from '../../text/format.ts'
import { deedOf, summaryOf } from '../../text/summary.ts'
import { t, words } from '../../text/text.ts'
import { FindingEvidence } from './evidence.tsx'

const STATES = ['open', 'confirmed', 'dismissed', 'withdrawn'] as const
/** Findings judged beside each other. */
const AT_ONCE = 8

const toneOf = (severity: string): Tone => {
  if (severity === 'high') return 'bad'
  return severity === 'warning' ? 'warn' : 'plain'
}

const Row = ({
  finding,
  isChosen,
  isMarked,
  mark,
}: {
  readonly finding: Finding
  readonly isChosen: boolean
  readonly isMarked: boolean
  readonly mark: (() => void) | null
}) => (
  <li class={isChosen ? 'chosen' : ''}>
    {mark !== null && (
      <input
        type="checkbox"
        checked={isMarked}
        aria-label={t('findings.mark', { what: words('finding', finding.kind) })}
        onChange={mark}
      />
    )}
    <a href={hrefOf(['findings', finding.id])} aria-current={isChosen}>
      <span class="row-head">
        <strong>{words('finding', finding.kind)}</strong>
        <Badge tone={toneOf(finding.severity)}>{words('severity', finding.severity)}</Badge>
        <span class="dim">{moment(finding.at)}</span>
      </span>
      <span>{summaryOf(finding)}</span>
    </a>
  </li>
)

const VERDICTS = [
  ['confirmed', 'action.confirm'],
  ['dismissed', 'action.dismiss'],
  ['open', 'action.reopen'],
] as const

const Detail = ({
  finding,
  judge,
}: {
  readonly finding: Finding
  readonly judge: ((state: string) => void) | null
}) => (
  <Card
    title={words('finding', finding.kind)}
    tools={<Badge tone={toneOf(finding.severity)}>{words('severity', finding.severity)}</Badge>}
  >
    <p>{summaryOf(finding)}</p>
    <p class="dim">
      {moment(finding.at)} · {words('findings.state', finding.state)}
    </p>
    <p>
      <AccountLink key={finding.account} account={finding.account} />
    </p>
    <p>
      {t('findings.rule')}{' '}
      <a href={hrefOf(['rules', finding.rule])}>{words('finding', finding.rule)}</a>:{' '}
      {deedOf(finding.acted)}
    </p>
    {judge !== null && (
      <p class="row-actions">
        {VERDICTS.map(([state, key]) => (
          <button
            key={state}
            type="button"
            disabled={finding.state === state}
            onClick={() => judge(state)}
          >
            {t(key)}
          </button>
        ))}
      </p>
    )}
    <h3>{t('findings.evidence')}</h3>
    <FindingEvidence key={finding.id} kind={finding.kind} evidence={finding.evidence} />
  </Card>
)

/** Keys for going through findings without a mouse; not while somebody types. */
const useKeys = (keys: Readonly<Record<string, () => void>>) => {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping =
        target instanceof HTMLElement &&
        target.matches('input:not([type=checkbox]), select, textarea')
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      keys[event.key.toLowerCase()]?.()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}

/** Judges findings, a few beside each other. Throws the first failure when all were tried. */
const judgeAll = async (ids: readonly string[], state: string): Promise<void> => {
  const failures: unknown[] = []
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids
        .slice(at, at + AT_ONCE)
        .map((id) =>
          send('PATCH', `/findings/${encodeURIComponent(id)}`, { state }).catch(
            (failure: unknown) => failures.push(failure),
          ),
        ),
    )
  }
  if (failures.length > 0) throw failures[0]
}

/** The findings of a state, the one that is open, and those that are marked. */
const useFindings = () => {
  const { path } = useRoute()
  const [state, setState] = useParam('state', 'open')
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const query = useQuery(`findings ${state}`, (signal) =>
    get(`/findings?state=${state}&sort=-at&limit=200`, signal),
  )
  const wanted = path[1]
  const single = useQuery(`finding ${wanted ?? ''}`, async (signal) =>
    wanted === undefined ? null : await get(`/findings/${encodeURIComponent(wanted)}`, signal),
  )
  const items = query.data?.items ?? []
  const chosen = (wanted === undefined ? null : single.data) ?? items[0] ?? null
  const go = (step: number) => {
    const at = items.findIndex(({ id }) => id === chosen?.id)
    const next = items[Math.max(0, Math.min(items.length - 1, at + step))]
    if (next !== undefined)
      location.hash = hrefOf(['findings', next.id], state === 'open' ? {} : { state })
  }
  const mark = (id: string) => {
    const next = new Set(marked)
    if (!next.delete(id)) next.add(id)
    setMarked(next)
  }
  const reload = () => {
    query.reload()
    single.reload()
  }
  const isOne = wanted !== undefined
  return { state, setState, marked, setMarked, query, items, chosen, isOne, go, mark, reload }
}

const BulkBar = ({
  marked,
  total,
  judge,
  all,
}: {
  readonly marked: number
  readonly total: number
  readonly judge: (state: string) => void
  readonly all: () => void
}) => (
  <p class="row-actions" role="group" aria-label={t('findings.bulk')}>
    <label class="inline">
      <input type="checkbox" checked={marked > 0 && marked === total} onChange={all} />
      {t('findings.marked', { n: marked })}
    </label>
    {marked > 0 &&
      VERDICTS.map(([state, key]) => (
        <button key={state} type="button" onClick={() => judge(state)}>
          {t(key)}
        </button>
      ))}
  </p>
)

/** The list beside the finding that is open. */
const Pile = ({
  found: { marked, setMarked, items, chosen, mark },
  judge,
}: {
  readonly found: ReturnType<typeof useFindings>
  readonly judge: ((ids: readonly string[], verdict: string) => void) | null
}) => (
  <div>
    <p class="dim keys">{t('findings.keys')}</p>
    {judge !== null && (
      <BulkBar
        marked={marked.size}
        total={items.length}
        judge={(verdict) => judge([...marked], verdict)}
        all={() =>
          setMarked(marked.size === items.length ? new Set() : new Set(items.map(({ id }) => id)))
        }
      />
    )}
    <ul class="finding-list pane">
      {items.map((finding) => (
        <Row
          key={finding.id}
          finding={finding}
          isChosen={finding.id === chosen?.id}
          isMarked={marked.has(finding.id)}
          mark={judge === null ? null : () => mark(finding.id)}
        />
      ))}
    </ul>
  </div>
)

/** Findings to be judged, one after another or many at once. */
export const Findings = ({ canAct }: { readonly canAct: boolean }) => {
  const found = useFindings()
  const { state, setState, setMarked, query, chosen, isOne, go, mark, reload } = found
  const [error, setError] = useState<string | null>(null)
  const judge = (ids: readonly string[], verdict: string) => {
    if (ids.length === 0 || !canAct) return
    judgeAll(ids, verdict).then(
      () => {
        setError(null)
        setMarked(new Set())
        reload()
      },
      (failure: unknown) => {
        setError(messageOf(failure))
        reload()
      },
    )
  }
  const judgeOne = (verdict: string) => {
    if (chosen === null) return
    judge([chosen.id], verdict)
    go(1)
  }
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    c: () => judgeOne('confirmed'),
    d: () => judgeOne('dismissed'),
    x: () => chosen !== null && canAct && mark(chosen.id),
  })
  return (
    <>
      <PageHead title={t('findings.title')}>
        <label class="inline">
          {t('findings.state')}
          <select value={state} onChange={({ currentTarget }) => setState(currentTarget.value)}>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`findings.state.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </PageHead>
      <Alert message={error} />
      <Shown
        query={query}
        isEmpty={({ items: list }) => list.length === 0 && chosen === null}
        empty={t('findings.empty')}
      >
        {() => (
          <div class={`split findings ${isOne ? 'one' : ''}`}>
            <Pile found={found} judge={canAct ? judge : null} />
            {chosen !== null && (
              <div class="stack">
                <a class="narrow" href={hrefOf(['findings'], state === 'open' ? {} : { state })}>
                  {t('findings.all')}
                </a>
                <Detail finding={chosen} judge={canAct ? judgeOne : null} />
              </div>
            )}
          </div>
        )}
      </Shown>
    </>
  )
}
