import { useEffect, useRef } from 'preact/hooks'
import type { DetectionRule } from '../../../../detect/rules/rule-types.ts'
import { AccountLink } from '../../components/account-link.tsx'
import { Alert, Badge, Card, PageHead, Shown, type Tone } from '../../components/parts.tsx'
import { useSingleKeys } from '../../components/single-keys.ts'
import { getAll } from '../../data/api.ts'
import { hrefOf } from '../../data/route.ts'
import type { Finding } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { moment } from '../../text/format.ts'
import { deedOf, summaryOf } from '../../text/summary.ts'
import { t, words } from '../../text/text.ts'
import { FindingEvidence } from './evidence.tsx'
import { type Judged, useFindings, useJudging, type Verdict } from './use-findings.ts'

const STATES = ['open', 'confirmed', 'dismissed', 'withdrawn'] as const

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
}) => {
  const line = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isChosen) line.current?.scrollIntoView({ block: 'nearest' })
  }, [isChosen])
  return (
    <li ref={line} class={isChosen ? 'chosen' : ''}>
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
}

const VERDICTS = [
  ['confirmed', 'action.confirm'],
  ['dismissed', 'action.dismiss'],
  ['open', 'action.reopen'],
] as const

/** What a rule does, step by step: `notify, ban from finding 3 (dry run)`. */
const stepsOf = ({ actions, dry_run: isDry }: DetectionRule): string =>
  actions
    .map((step) => {
      const what = words('rules.action', step.do)
      const said = step.from_finding > 1 ? t('findings.from', { what, n: step.from_finding }) : what
      return isDry && step.do !== 'notify' ? `${said} (${t('rules.dry')})` : said
    })
    .join(', ')

/** What a rule did about a finding, and what it does where one of the past had come today. */
const RuleDeed = ({ finding: { rule: id, acted } }: { readonly finding: Finding }) => {
  const query = useQuery('rules', (signal) => getAll('/rules', signal), ['rule'])
  const rule = query.data?.find((one) => one.id === id)
  const isShown = rule !== undefined && acted === 'past'
  return (
    <p>
      {t('findings.rule')} <a href={hrefOf(['rules', id])}>{words('finding', id)}</a>:{' '}
      {deedOf(acted)}
      {isShown && (
        <>
          <br />
          {rule.enabled ? t('findings.would', { steps: stepsOf(rule) }) : t('findings.would.not')}
        </>
      )}
    </p>
  )
}

const Detail = ({
  finding,
  judge,
}: {
  readonly finding: Finding
  readonly judge: ((state: Verdict) => void) | null
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
    <RuleDeed finding={finding} />
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

const BulkBar = ({
  marked,
  total,
  judge,
  all,
}: {
  readonly marked: number
  readonly total: number
  readonly judge: (state: Verdict) => void
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
  hasKeys,
}: {
  readonly found: ReturnType<typeof useFindings>
  readonly judge: ((ids: readonly string[], verdict: Verdict) => void) | null
  readonly hasKeys: boolean
}) => (
  <div>
    {hasKeys && (
      <p class="dim keys">
        {t('findings.keys')} <a href={hrefOf(['settings'])}>{t('findings.keys.off')}</a>
      </p>
    )}
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

/** What was just judged, read out at once, and the way back; below it how many came meanwhile, shown when somebody wants to. */
const Said = ({
  judged,
  undo,
  fresh,
  show,
}: {
  readonly judged: Judged | null
  readonly undo: () => void
  readonly fresh: number
  readonly show: () => void
}) => (
  <div role="status">
    {judged !== null && (
      <p class="state good">
        {t(`findings.judged.${judged.verdict}`, { n: judged.ids.length })}{' '}
        <button type="button" onClick={undo}>
          {t('rules.undo')}
        </button>
      </p>
    )}
    {fresh > 0 && (
      <p class="state">
        {t('findings.fresh', { n: fresh })}{' '}
        <button type="button" onClick={show}>
          {t('findings.fresh.show')}
        </button>
      </p>
    )}
  </div>
)

/** Findings to be judged, one after another or many at once. */
export const Findings = ({ canAct }: { readonly canAct: boolean }) => {
  const found = useFindings()
  const { state, setState, query, chosen, fresh, isOne, allHref, present, go, mark } = found
  const { error, judged, judge, undo } = useJudging(found)
  const withPresent = (act: (id: string) => void) => {
    const id = present()
    if (id !== undefined && canAct) act(id)
  }
  const judgeOne = (verdict: Verdict) =>
    withPresent((id) => {
      judge([id], verdict)
      go(1)
    })
  const hasKeys = useSingleKeys({
    j: () => go(1),
    k: () => go(-1),
    c: () => judgeOne('confirmed'),
    d: () => judgeOne('dismissed'),
    x: () => withPresent(mark),
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
      <Said judged={judged} undo={undo} fresh={fresh} show={query.reload} />
      <Shown
        query={query}
        isEmpty={({ items: list }) => list.length === 0 && chosen === null}
        empty={t('findings.empty')}
      >
        {() => (
          <div class={`split findings ${isOne ? 'one' : ''}`}>
            <Pile found={found} judge={canAct ? judge : null} hasKeys={hasKeys} />
            {chosen !== null && (
              <div class="stack">
                <a class="narrow" href={allHref}>
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
