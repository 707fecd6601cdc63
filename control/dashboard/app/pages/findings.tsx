import { useEffect, useState } from 'preact/hooks'
import { messageOf } from '../components/form.ts'
import { Alert, Badge, Card, PageHead, Shown, type Tone } from '../components/parts.tsx'
import { get, send } from '../data/api.ts'
import { hrefOf, useParam, useRoute } from '../data/route.ts'
import type { Finding, Page } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { moment } from '../text/format.ts'
import { t, words } from '../text/text.ts'
import { FindingEvidence } from './evidence.tsx'

const STATES = ['open', 'confirmed', 'dismissed', 'withdrawn'] as const

const toneOf = (severity: string): Tone => {
  if (severity === 'high') return 'bad'
  return severity === 'warning' ? 'warn' : 'plain'
}

const Row = ({ finding, isChosen }: { readonly finding: Finding; readonly isChosen: boolean }) => (
  <li class={isChosen ? 'chosen' : ''}>
    <a href={hrefOf(['findings', finding.id])} aria-current={isChosen}>
      <span class="row-head">
        <strong>{words('finding', finding.kind)}</strong>
        <Badge tone={toneOf(finding.severity)}>{words('severity', finding.severity)}</Badge>
        <span class="dim">{moment(finding.at)}</span>
      </span>
      <span>{finding.summary}</span>
    </a>
  </li>
)

const Detail = ({
  finding,
  canAct,
  judge,
}: {
  readonly finding: Finding
  readonly canAct: boolean
  readonly judge: (state: string) => void
}) => (
  <Card
    title={words('finding', finding.kind)}
    tools={<Badge tone={toneOf(finding.severity)}>{words('severity', finding.severity)}</Badge>}
  >
    <p>{finding.summary}</p>
    <p class="dim">
      {moment(finding.at)} · {finding.rule} · {words('findings.state', finding.state)}
      {finding.acted === null ? '' : ` · ${finding.acted}`}
    </p>
    <p>
      <a href={hrefOf(['accounts', finding.account])}>{finding.account}</a>
    </p>
    {canAct && (
      <p class="row-actions">
        <button type="button" onClick={() => judge('confirmed')}>
          {t('action.confirm')}
        </button>
        <button type="button" onClick={() => judge('dismissed')}>
          {t('action.dismiss')}
        </button>
        <button type="button" onClick={() => judge('open')}>
          {t('action.reopen')}
        </button>
      </p>
    )}
    <h3>{t('findings.evidence')}</h3>
    <FindingEvidence evidence={finding.evidence} />
  </Card>
)

/** Keys for going through findings without a mouse; not while somebody types. */
const useKeys = (keys: Readonly<Record<string, () => void>>) => {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof HTMLElement && target.matches('input, select, textarea')
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      keys[event.key.toLowerCase()]?.()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}

/** Findings to be judged, one after another. */
export const Findings = ({ canAct }: { readonly canAct: boolean }) => {
  const { path } = useRoute()
  const [state, setState] = useParam('state', 'open')
  const [error, setError] = useState<string | null>(null)
  const query = useQuery(`findings ${state}`, (signal) =>
    get<Page<Finding>>(`/findings?state=${state}&sort=-at&limit=200`, signal),
  )
  const wanted = path[1]
  const single = useQuery(`finding ${wanted ?? ''}`, async (signal) =>
    wanted === undefined
      ? null
      : await get<Finding>(`/findings/${encodeURIComponent(wanted)}`, signal),
  )
  const items = query.data?.items ?? []
  const chosen = single.data ?? items[0] ?? null
  const at = items.findIndex(({ id }) => id === chosen?.id)
  const go = (step: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, at + step))]
    if (next !== undefined)
      location.hash = hrefOf(['findings', next.id], state === 'open' ? {} : { state })
  }
  const judge = (verdict: string) => {
    if (chosen === null || !canAct) return
    send('PATCH', `/findings/${encodeURIComponent(chosen.id)}`, { state: verdict }).then(
      () => {
        setError(null)
        go(1)
        query.reload()
        single.reload()
      },
      (failure: unknown) => setError(messageOf(failure)),
    )
  }
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    c: () => judge('confirmed'),
    d: () => judge('dismissed'),
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
        isEmpty={({ items: all }) => all.length === 0 && chosen === null}
        empty={t('findings.empty')}
      >
        {() => (
          <div class="split">
            <div>
              <p class="dim">{t('findings.keys')}</p>
              <ul class="finding-list pane">
                {items.map((finding) => (
                  <Row key={finding.id} finding={finding} isChosen={finding.id === chosen?.id} />
                ))}
              </ul>
            </div>
            {chosen !== null && <Detail finding={chosen} canAct={canAct} judge={judge} />}
          </div>
        )}
      </Shown>
    </>
  )
}
