import { useState } from 'preact/hooks'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { Alert, Badge, Card, PageHead, Shown } from '../../components/parts.tsx'
import { useAction } from '../../components/use-action.ts'
import { get, getAll, send } from '../../data/api.ts'
import type { Destination } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { messageOf } from '../../text/failure.ts'
import { moment } from '../../text/format.ts'
import { said as inLanguage } from '../../text/said.ts'
import { t } from '../../text/text.ts'
import { AddDestination } from './add.tsx'
import { EditDestination } from './edit.tsx'

interface Preview {
  readonly parts: readonly { readonly title: string; readonly body: string }[]
}

const pathOf = ({ name }: Destination) => `/destinations/${encodeURIComponent(name)}` as const

/** A test message and a preview, and what came of them. */
const useTrials = (destination: Destination) => {
  const [said, setSaid] = useState<{ text: string; isBad: boolean } | null>(null)
  const [preview, setPreview] = useState<Preview | null>(null)
  const fail = (failure: unknown) => setSaid({ text: messageOf(failure), isBad: true })
  const test = () => {
    send('POST', `${pathOf(destination)}/test`).then(
      (answer) =>
        setSaid(
          answer?.ok
            ? { text: t('destinations.sent'), isBad: false }
            : { text: inLanguage(answer?.error ?? ''), isBad: true },
        ),
      fail,
    )
  }
  const show = () => {
    get(`${pathOf(destination)}/preview`).then(setPreview, fail)
  }
  return { said, preview, test, show }
}

const One = ({
  destination,
  canAct,
  changed,
  remove,
}: {
  readonly destination: Destination
  readonly canAct: boolean
  readonly changed: () => void
  /** `null` where it stands in gatehouse.yaml, or nothing may be changed. */
  readonly remove: (() => void) | null
}) => {
  const { said, preview, test, show } = useTrials(destination)
  const [isEdited, setEdited] = useState(false)
  const { name, kind, enabled, problem, waiting, dead, last_error, last_sent_at } = destination
  return (
    <Card
      title={name}
      tools={
        <span>
          {!enabled && <Badge tone="warn">{t('groups.off')}</Badge>} <Badge>{kind}</Badge>
        </span>
      }
    >
      <p>
        {t('destinations.waiting', { n: waiting })} ·{' '}
        {dead > 0 ? <Badge tone="bad">{t('destinations.dead', { n: dead })}</Badge> : null}{' '}
        <span class="dim">{t('destinations.last', { when: moment(last_sent_at) })}</span>
      </p>
      <Alert message={inLanguage(problem ?? last_error)} />
      <p class="row-actions">
        {canAct && (
          <button type="button" onClick={test}>
            {t('destinations.test')}
          </button>
        )}
        <button type="button" onClick={show}>
          {t('destinations.preview')}
        </button>
        {remove !== null && (
          <>
            <button type="button" aria-expanded={isEdited} onClick={() => setEdited(!isEdited)}>
              {t('account.edit')}
            </button>
            <button type="button" class="danger" onClick={remove}>
              {t('action.remove')}
            </button>
          </>
        )}
      </p>
      {isEdited && <EditDestination {...{ destination, changed, close: () => setEdited(false) }} />}
      {said !== null && (
        <p class={said.isBad ? 'state error' : 'state'} role="status">
          {said.text}
        </p>
      )}
      {preview?.parts.map(({ title, body }) => (
        <figure key={title + body} class="preview">
          <figcaption>{title}</figcaption>
          <pre tabIndex={0}>{body}</pre>
        </figure>
      ))}
    </Card>
  )
}

const Letters = ({
  canAct,
  changed,
}: {
  readonly canAct: boolean
  readonly changed: () => void
}) => {
  const query = useQuery(
    'letters',
    (signal) => get('/notifications?state=dead&limit=100', signal),
    ['notification'],
  )
  const action = useAction()
  const [question, setQuestion] = useState<Question | null>(null)
  const done = () => {
    query.reload()
    changed()
  }
  const path = (id: string) => `/notifications/${encodeURIComponent(id)}` as const
  const remove = (id: string) =>
    setQuestion({
      title: t('destinations.remove.ask'),
      text: t('destinations.remove.text'),
      go: t('action.remove'),
      act: async () => {
        await send('DELETE', path(id))
        done()
      },
    })
  return (
    <Card title={t('destinations.letters')}>
      <Alert message={action.error} />
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map(({ id, destination, createdAt, error, notices }) => (
              <li key={id}>
                <strong>{destination}</strong> <span class="dim">{moment(createdAt)}</span>{' '}
                {notices.map(({ event, subject }) => `${event} ${subject}`).join(', ')}
                <p class="state error">{error}</p>
                {canAct && (
                  <span class="row-actions">
                    <button
                      type="button"
                      onClick={() => action.run(() => send('POST', `${path(id)}/retry`), done)}
                    >
                      {t('state.again')}
                    </button>
                    <button type="button" class="danger" onClick={() => remove(id)}>
                      {t('action.remove')}
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <Confirm question={question} done={() => setQuestion(null)} />
    </Card>
  )
}

/** Where notices go: how it stands, a test, a preview, and what could not be delivered. */
export const Destinations = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('destinations', (signal) => getAll('/destinations', signal), [
    'destination',
    'notification',
    'config',
  ])
  const [question, setQuestion] = useState<Question | null>(null)
  const remove = (destination: Destination) =>
    setQuestion({
      title: t('people.remove.ask', { name: destination.name }),
      text: t('destinations.gone'),
      go: t('action.remove'),
      act: async () => {
        await send('DELETE', pathOf(destination))
        query.reload()
      },
    })
  return (
    <>
      <PageHead title={t('destinations.title')} />
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('destinations.empty')}>
        {(rows) => (
          <div class="cards">
            {rows.map((one) => (
              <One
                key={one.name}
                destination={one}
                canAct={canAct}
                changed={query.reload}
                remove={canAct && one.origin === 'api' ? () => remove(one) : null}
              />
            ))}
          </div>
        )}
      </Shown>
      {canAct && <AddDestination done={query.reload} />}
      <Letters canAct={canAct} changed={query.reload} />
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}
