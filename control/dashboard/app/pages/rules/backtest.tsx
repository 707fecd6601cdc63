import { useState } from 'preact/hooks'
import type { DetectionRule } from '../../../../detect/rules/rule-types.ts'
import { Alert, Card, Figure } from '../../components/parts.tsx'
import { SpanChoice } from '../../components/span.tsx'
import { send } from '../../data/api.ts'
import type { Draft } from '../../data/draft.ts'
import { hrefOf } from '../../data/route.ts'
import { messageOf } from '../../text/failure.ts'
import { number } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const SPANS = ['7', '30', '60', '90']
const SHOWN = 30

/** The answer of `POST /backtest`, as far as it is shown. */
interface BacktestResult {
  readonly accounts: number
  readonly plays: number
  readonly rules: readonly { readonly findings: number }[]
  readonly comparison: {
    readonly onlyDraft: readonly string[]
    readonly onlyPresent: readonly string[]
    readonly both: readonly string[]
    readonly names: Readonly<Record<string, string>>
  }
}

const Hits = ({ result }: { readonly result: BacktestResult }) => {
  const { onlyDraft, onlyPresent, both, names } = result.comparison
  const list = (title: string, accounts: readonly string[]) =>
    accounts.length > 0 && (
      <div>
        <h3>{title}</h3>
        <ul class="names">
          {accounts.slice(0, SHOWN).map((account) => (
            <li key={account}>
              <a href={hrefOf(['accounts', account])}>{names[account] ?? account}</a>
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

/** Whom a draft would have hit over history, against the present rule. */
export const Backtest = ({
  draft,
  rules,
}: {
  readonly draft: Draft
  readonly rules: readonly DetectionRule[]
}) => {
  const [days, setDays] = useState('30')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [tried, setTried] = useState<{ result: BacktestResult; of: string } | null>(null)
  // What was found holds for the draft and the days that were tried.
  const present = JSON.stringify([draft, days])
  const result = tried?.of === present ? tried.result : null
  const go = async () => {
    setBusy(true)
    setError(null)
    try {
      const before = rules.filter(({ id }) => id === draft['id'])
      const body = { rules: [draft], present: before, days: Number(days) }
      setTried({ result: (await send('POST', '/backtest', body)) as BacktestResult, of: present })
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
