import { useEffect, useState } from 'preact/hooks'
import type { DetectionRule } from '../../../detect/rules/rule-types.ts'
import { FINDING_KINDS } from '../../../detect/types.ts'
import { messageOf } from '../components/form.ts'
import { Alert, Badge, Card, Figure, PageHead, Shown } from '../components/parts.tsx'
import { Sentence } from '../components/sentence.tsx'
import { SpanChoice } from '../components/span.tsx'
import { getAll, send } from '../data/api.ts'
import { type Draft, newDraft, readDraft, textOf, yamlOf } from '../data/draft.ts'
import { hrefOf, useRoute } from '../data/route.ts'
import { useQuery } from '../data/use-query.ts'
import { number } from '../text/format.ts'
import { t, words } from '../text/text.ts'

const SPANS = ['7', '30', '60', '90']
/** Until a draft that is being typed is looked at. */
const PAUSE_MS = 300
const SHOWN = 30

/** The answer of `POST /backtest`, as far as it is shown. */
interface BacktestResult {
  readonly accounts: number
  readonly plays: number
  readonly rules: readonly { readonly findings: number }[]
  readonly found: readonly { readonly account: string; readonly name: string | null }[]
  readonly comparison: {
    readonly onlyDraft: readonly string[]
    readonly onlyPresent: readonly string[]
    readonly both: readonly string[]
  }
}

interface Warning {
  readonly rule: string
  readonly message: string
}

/** What is wrong or odd about a draft, said while it is written. */
const useLint = (draft: Draft) => {
  const [said, setSaid] = useState<{ error: string | null; warnings: readonly Warning[] }>({
    error: null,
    warnings: [],
  })
  useEffect(() => {
    const timer = setTimeout(() => {
      send('POST', '/rules/lint', { rules: [draft] }).then(
        (answer) => setSaid({ error: null, warnings: answer?.warnings ?? [] }),
        (failure: unknown) => setSaid({ error: messageOf(failure), warnings: [] }),
      )
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [JSON.stringify(draft)])
  return said
}

const Hits = ({ result }: { readonly result: BacktestResult }) => {
  const { onlyDraft, onlyPresent, both } = result.comparison
  const names = new Map(result.found.map(({ account, name }) => [account, name ?? account]))
  const list = (title: string, accounts: readonly string[]) =>
    accounts.length > 0 && (
      <div>
        <h3>{title}</h3>
        <ul class="names">
          {accounts.slice(0, SHOWN).map((account) => (
            <li key={account}>
              <a href={hrefOf(['accounts', account])}>{names.get(account) ?? account}</a>
            </li>
          ))}
        </ul>
      </div>
    )
  return (
    <div role="status" class="backtest">
      <div class="figures">
        <Figure value={number(onlyDraft.length)} label={t('rules.only_draft')} />
        <Figure value={number(both.length)} label={t('rules.both')} />
        <Figure value={number(onlyPresent.length)} label={t('rules.only_present')} />
        <Figure
          value={number(result.rules.reduce((sum, { findings }) => sum + findings, 0))}
          label={t('findings.title')}
        />
      </div>
      <p class="dim">{t('rules.over', { n: result.accounts, plays: result.plays })}</p>
      {list(t('rules.only_draft'), onlyDraft)}
      {list(t('rules.both'), both)}
      {list(t('rules.only_present'), onlyPresent)}
    </div>
  )
}

const Backtest = ({
  draft,
  rules,
}: {
  readonly draft: Draft
  readonly rules: readonly DetectionRule[]
}) => {
  const [days, setDays] = useState('30')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [result, setResult] = useState<BacktestResult | null>(null)
  const go = async () => {
    setBusy(true)
    setError(null)
    try {
      const present = rules.filter(({ id }) => id === draft['id'])
      const body = { rules: [draft], present, days: Number(days) }
      setResult((await send('POST', '/backtest', body)) as BacktestResult)
    } catch (failure) {
      setError(messageOf(failure))
    }
    setBusy(false)
  }
  return (
    <Card
      title={t('rules.backtest')}
      tools={
        <span class="page-tools">
          <SpanChoice label={t('rules.backtest')} spans={SPANS} days={days} setDays={setDays} />
          <button type="button" disabled={isBusy} onClick={() => void go()}>
            {isBusy ? t('state.loading') : t('rules.try')}
          </button>
        </span>
      }
    >
      <Alert message={error} />
      {result === null ? <p class="dim">{t('rules.backtest.text')}</p> : <Hits result={result} />}
    </Card>
  )
}

interface EditorProps {
  readonly start: Draft
  readonly rules: readonly DetectionRule[]
  readonly canAct: boolean
  readonly reload: () => void
}

/** Applying a draft, and taking that back. */
const useApply = ({ rules, reload }: EditorProps) => {
  const [error, setError] = useState<string | null>(null)
  const [undo, setUndo] = useState<(() => Promise<unknown>) | null>(null)
  const run = async (act: () => Promise<unknown>, next: (() => Promise<unknown>) | null) => {
    try {
      await act()
      setError(null)
      setUndo(() => next)
      reload()
    } catch (failure) {
      setError(messageOf(failure))
    }
  }
  const apply = async (draft: Draft) => {
    const path = `/rules/${encodeURIComponent(textOf(draft['id']))}` as const
    const before = rules.find(({ id }) => id === draft['id'])
    await run(
      async () => await send('PUT', path, draft),
      async () =>
        before === undefined ? await send('DELETE', path) : await send('PUT', path, before),
    )
  }
  return { error, apply, undo: undo === null ? null : async () => await run(undo, null) }
}

const Editor = (props: EditorProps) => {
  const { start, rules, canAct } = props
  const [draft, setDraft] = useState(start)
  const [text, setText] = useState(yamlOf(start))
  const [problem, setProblem] = useState<string | null>(null)
  const { error, warnings } = useLint(draft)
  const applying = useApply(props)
  const change = (next: Draft) => {
    setDraft(next)
    setText(yamlOf(next))
    setProblem(null)
  }
  const type = (next: string) => {
    setText(next)
    const read = readDraft(next)
    setProblem('problem' in read ? read.problem : null)
    if ('draft' in read) setDraft(read.draft)
  }
  const isWrong = problem !== null || error !== null
  return (
    <>
      <div class="pair">
        <Card title={t('rules.sentence')}>
          <Sentence draft={draft} change={change} />
        </Card>
        <Card title="YAML">
          <textarea
            aria-label="YAML"
            spellcheck={false}
            rows={Math.min(34, text.split('\n').length + 1)}
            value={text}
            onInput={({ currentTarget }) => type(currentTarget.value)}
          />
        </Card>
      </div>
      <Alert message={problem ?? error} />
      {warnings.map(({ message }) => (
        <p key={message} class="state warn">
          {message}
        </p>
      ))}
      {canAct && (
        <p class="row-actions">
          <button
            type="button"
            class="primary"
            disabled={isWrong}
            onClick={() => void applying.apply(draft)}
          >
            {t('rules.apply')}
          </button>
          {applying.undo !== null && (
            <button type="button" onClick={() => void applying.undo?.()}>
              {t('rules.undo')}
            </button>
          )}
          {applying.undo !== null && <span role="status">{t('rules.applied')}</span>}
        </p>
      )}
      <Alert message={applying.error} />
      {!isWrong && <Backtest draft={draft} rules={rules} />}
    </>
  )
}

const RuleLink = ({ rule, isOpen }: { readonly rule: DetectionRule; readonly isOpen: boolean }) => (
  <li class={isOpen ? 'chosen' : ''}>
    <a href={hrefOf(['rules', rule.id])} aria-current={isOpen}>
      <span class="row-head">
        <strong>{rule.name === '' ? words('finding', rule.kind) : rule.name}</strong>
        {!rule.enabled && <Badge>{t('rules.off')}</Badge>}
        {rule.dry_run && <Badge tone="warn">{t('rules.dry')}</Badge>}
      </span>
      <span class="dim">
        {rule.actions.map((step) => words('rules.action', step.do)).join(' → ')}
      </span>
    </a>
  </li>
)

/** Rules of detection: written as a sentence or as YAML, tried over history, applied and taken back. */
export const RulesPage = ({ canAct }: { readonly canAct: boolean }) => {
  const { path, query: asked } = useRoute()
  const query = useQuery('rules', (signal) => getAll('/rules', signal))
  const kind = asked.get('kind')
  return (
    <>
      <PageHead title={t('rules.title')}>
        {canAct && (
          <label class="inline">
            {t('rules.new')}
            <select
              value=""
              onChange={({ currentTarget: { value } }) => {
                location.hash = hrefOf(['rules', 'new'], { kind: value })
              }}
            >
              <option value="">…</option>
              {FINDING_KINDS.map((one) => (
                <option key={one} value={one}>
                  {words('finding', one)}
                </option>
              ))}
            </select>
          </label>
        )}
      </PageHead>
      <Shown query={query}>
        {(items) => {
          const open = kind === null ? (items.find(({ id }) => id === path[1]) ?? items[0]) : null
          const start = kind === null ? (open ?? null) : newDraft(kind, items)
          return (
            <div class="split rules">
              <ul class="finding-list">
                {items.map((rule) => (
                  <RuleLink key={rule.id} rule={rule} isOpen={rule.id === open?.id} />
                ))}
              </ul>
              <div class="stack">
                {start !== null && (
                  <Editor
                    key={kind ?? open?.id ?? ''}
                    start={{ ...start }}
                    rules={items}
                    canAct={canAct}
                    reload={query.reload}
                  />
                )}
              </div>
            </div>
          )
        }}
      </Shown>
    </>
  )
}
