import { useState } from 'preact/hooks'
import { AddServer } from '../components/add-server.tsx'
import { Confirm, type Question } from '../components/confirm.tsx'
import { Alert, Badge, Card, PageHead, Shown } from '../components/parts.tsx'
import { getAll, send } from '../data/api.ts'
import { hrefOf } from '../data/route.ts'
import type { MediaServer } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { said } from '../text/said.ts'
import { t, words } from '../text/text.ts'

const One = ({
  server,
  remove,
}: {
  readonly server: MediaServer
  readonly remove: (() => void) | null
}) => (
  <Card
    title={server.name}
    tools={
      <Badge tone={server.state === 'watching' ? 'good' : 'warn'}>
        {words('servers', server.state)}
      </Badge>
    }
  >
    <p>
      {server.kind} <span class="dim">{server.url}</span>
    </p>
    <p>
      <a href={hrefOf(['now'], { filter: `${server.kind}:${server.name}` })}>
        {t('now.streams.n', { n: server.plays })}
      </a>
    </p>
    <Alert message={said(server.problem)} />
    {remove !== null && (
      <button type="button" class="danger" onClick={remove}>
        {t('action.remove')}
      </button>
    )}
  </Card>
)

/** Media servers that are watched: their health and streams; added with a test, removed. */
export const Servers = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('servers', (signal) => getAll('/media-servers', signal), [
    'plays',
    'media-server',
  ])
  const [question, setQuestion] = useState<Question | null>(null)
  const remove = ({ name }: MediaServer) =>
    setQuestion({
      title: t('people.remove.ask', { name }),
      text: t('servers.remove.text'),
      go: t('action.remove'),
      act: async () => {
        await send('DELETE', `/media-servers/${encodeURIComponent(name)}`)
        query.reload()
      },
    })
  return (
    <>
      <PageHead title={t('servers.title')} />
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('servers.empty')}>
        {(rows) => (
          <div class="cards">
            {rows.map((server) => (
              <One
                key={server.name}
                server={server}
                remove={canAct && server.from === 'api' ? () => remove(server) : null}
              />
            ))}
          </div>
        )}
      </Shown>
      {canAct && <AddServer done={query.reload} />}
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}
