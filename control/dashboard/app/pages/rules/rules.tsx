import { useEffect, useState } from 'preact/hooks'
import type { DetectionRule } from '../../../../detect/rules/rule-types.ts'
import { FINDING_KINDS } from '../../../../detect/types.ts'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { Alert, Badge, Card, PageHead, Shown } from '../../components/parts.tsx'
import { Sentence } from '../../components/sentence.tsx'
import { getAll, send } from '../../data/api.ts'
import { type Draft, newDraft, readDraft, textOf, yamlOf } from '../../data/draft.ts'
import { hrefOf, parseRoute, useRoute } from '../../data/route.ts'
import { useQuery } from '../../data/use-query.ts'
import { lintText, messageOf, yamlFaultText } from '../../text/failure.ts'
import { t, words } from '../../text/text.ts'
import { Backtest } from './backtest.tsx'

/** Until a draft that is being typed is looked at. */
const PAUSE_MS = 300

type Warning = Parameters<typeof lintText>[0]

/** What is wrong or odd about a draft, said while it is written. */
const useLint = (draft: Draft) => {
  const [said, setSaid] = useState<{ error: string | null; warnings: readonly Warning[] }>({
    error: null,
    warnings: [],
  })
  useEffect(() => {
    let isOver = false
    const say = (next: typeof said) => {
      if (!isOver) setSaid(next)
    }
    const timer = setTimeout(() => {
      send('POST', '/rules/lint', { rules: [draft] }).then(
        (answer) => say({ error: null, warnings: answer?.warnings ?? [] }),
        (failure: unknown) => say({ error: messageOf(failure), warnings: [] }),
      )
    }, PAUSE_MS)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [JSON.stringify(draft)])
  return said
}

interface EditorProps {
  readonly start: Draft
  readonly rules: readonly DetectionRule[]
  readonly canAct: boolean
  readonly reload: () => void
}

/** Applying a draft, and taking that back, which shows the rule as it was. */
const useApply = ({ rules, reload }: EditorProps, show: (rule: Draft) => void) => {
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
      async () => {
        if (before === undefined) return await send('DELETE', path)
        await send('PUT', path, before)
        show({ ...before })
        return undefined
      },
    )
  }
  return { error, apply, undo: undo === null ? null : async () => await run(undo, null) }
}

/** Removing a rule, asked before. */
const useRemove = ({ reload }: EditorProps) => {
  const [question, setQuestion] = useState<Question | null>(null)
  const remove = ({ id, name, kind }: DetectionRule) =>
    setQuestion({
      title: t('people.remove.ask', { name: name === '' ? words('finding', kind) : name }),
      text: t('rules.remove.text'),
      go: t('action.remove'),
      act: async () => {
        await send('DELETE', `/rules/${encodeURIComponent(id)}`)
        // The answer may come when another page is shown already.
        if (parseRoute(location.hash).path[1] === id) location.hash = hrefOf(['rules'])
        reload()
      },
    })
  return { question, setQuestion, remove }
}

const Editor = (props: EditorProps) => {
  const { start, rules, canAct } = props
  const [draft, setDraft] = useState(start)
  const [text, setText] = useState(yamlOf(start))
  const [problem, setProblem] = useState<string | null>(null)
  const { error, warnings } = useLint(draft)
  const { question, setQuestion, remove } = useRemove(props)
  const known = rules.find(({ id }) => id === start['id'])
  const change = (next: Draft) => {
    setDraft(next)
    setText(yamlOf(next))
    setProblem(null)
  }
  const applying = useApply(props, change)
  const type = (next: string) => {
    setText(next)
    const read = readDraft(next)
    setProblem('problem' in read ? yamlFaultText(read.problem) : null)
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
      {warnings.map((warning) => (
        <p key={warning.code} class="state warn">
          {lintText(warning)}
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
          {known !== undefined && (
            <button type="button" class="danger" onClick={() => remove(known)}>
              {t('action.remove')}
            </button>
          )}
        </p>
      )}
      <Alert message={applying.error} />
      {!isWrong && <Backtest draft={draft} rules={rules} />}
      <Confirm question={question} done={() => setQuestion(null)} />
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
  const query = useQuery('rules', (signal) => getAll('/rules', signal), ['rule'])
  const kind = asked.get('kind')
  return (
    <>
      <PageHead title={t('rules.title')}>
        {canAct && (
          <label class="inline">
            {t('rules.new')}
            <select
              value={kind ?? ''}
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
      <Shown
        query={query}
        isEmpty={(items) => items.length === 0 && kind === null}
        empty={t('rules.empty')}
      >
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
