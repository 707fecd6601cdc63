import { useRef } from 'preact/hooks'
import { Alert, Badge, Card, PageHead, SendButton, Shown, type Tone } from '../components/parts.tsx'
import { useSubmit } from '../components/submit.ts'
import { useAction } from '../components/use-action.ts'
import { get, send, upload } from '../data/api.ts'
import type { ImportJob } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { duration, moment, number } from '../text/format.ts'
import { said } from '../text/said.ts'
import { t, words } from '../text/text.ts'

const KINDS = ['history', 'tautulli', 'jellystat'] as const

const isRunning = ({ state }: ImportJob): boolean =>
  state === 'waiting' || state === 'reading' || state === 'judging'

const toneOf = ({ state }: ImportJob): Tone => {
  if (state === 'done') return 'good'
  return state === 'failed' ? 'bad' : 'plain'
}

const Add = ({ done }: { readonly done: () => void }) => {
  const input = useRef<HTMLInputElement>(null)
  const { error, isBusy, submit } = useSubmit(async ({ kind = '', server = '' }) => {
    const file = input.current?.files?.[0]
    if (file === undefined) return
    const query = new URLSearchParams({ kind, name: file.name })
    if (server !== '') query.set('server', server)
    await upload(`/imports?${query.toString()}`, file)
    done()
  })
  return (
    <Card title={t('imports.new')}>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('imports.kind')}
          <select name="kind">
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`imports.kind.${kind}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('imports.server')}
          <input name="server" maxLength={64} autocomplete="off" />
        </label>
        <label>
          {t('imports.file')}
          <input ref={input} name="file" type="file" required disabled={isBusy} />
        </label>
        <SendButton isBusy={isBusy}>{t(isBusy ? 'imports.sending' : 'imports.go')}</SendButton>
      </form>
      <Alert message={error} />
    </Card>
  )
}

const Job = ({
  job,
  canAct,
  changed,
}: {
  readonly job: ImportJob
  readonly canAct: boolean
  readonly changed: () => void
}) => {
  const action = useAction()
  const { id, name, kind, state, fraction, tally, findings, problem, secondsLeft } = job
  const known = tally.updated + tally.unchanged
  const act = (verb: 'cancel' | 'resume') =>
    action.run(() => send('POST', `/imports/${encodeURIComponent(id)}/${verb}`), changed)
  return (
    <Card title={name} tools={<Badge tone={toneOf(job)}>{words('imports.state', state)}</Badge>}>
      <p class="dim">
        {words('imports.kind', kind)} · {moment(job.startedAt)}
      </p>
      {isRunning(job) && (
        <p>
          <progress max={1} value={fraction ?? undefined} aria-label={t('imports.progress')} />{' '}
          {secondsLeft !== null && duration(secondsLeft * 1000)}
        </p>
      )}
      <p>
        {t('imports.rows', {
          n: tally.rows,
          added: number(tally.inserted),
          bad: number(tally.bad),
        })}
        {known === 0 ? '' : ` ${t('imports.known', { n: known })}`}
        {tally.otherAccount ? ` ${t('imports.other_account', { n: tally.otherAccount })}` : ''}
        {findings === null ? '' : ` ${t('imports.findings', { n: findings })}`}
      </p>
      <Alert message={said(problem) ?? action.error} />
      {canAct && (
        <p class="row-actions">
          {isRunning(job) && (
            <button type="button" onClick={() => act('cancel')}>
              {t('action.cancel')}
            </button>
          )}
          {job.canResume && (
            <button type="button" onClick={() => act('resume')}>
              {t('imports.resume')}
            </button>
          )}
        </p>
      )}
    </Card>
  )
}

/** Histories that are brought in: how far they are, and what came of them. */
export const Imports = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('imports', (signal) => get('/imports', signal), ['imports'])
  return (
    <>
      <PageHead title={t('imports.title')} />
      {canAct && <Add done={query.reload} />}
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('imports.empty')}>
        {({ items }) => (
          <div class="cards">
            {items.map((job) => (
              <Job key={job.id} job={job} canAct={canAct} changed={query.reload} />
            ))}
          </div>
        )}
      </Shown>
    </>
  )
}
