import { useState } from 'preact/hooks'
import { AddServer } from '../../components/add-server.tsx'
import { Badge, Card, PageHead, Shown } from '../../components/parts.tsx'
import { get, getAll } from '../../data/api.ts'
import { hrefOf, useParam } from '../../data/route.ts'
import { useNow, useQuery } from '../../data/use-query.ts'
import { duration } from '../../text/format.ts'
import { said } from '../../text/said.ts'
import { t, words } from '../../text/text.ts'

const KINDS = ['servers', 'channels'] as const

const Servers = ({ canAdd }: { readonly canAdd: boolean }) => {
  const query = useQuery('servers', (signal) => getAll('/media-servers', signal), [
    'plays',
    'media-server',
  ])
  return (
    <>
      {canAdd && <AddServer done={query.reload} />}
      <Card title={t('servers.title')}>
        <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('account.none')}>
          {(rows) => (
            <ul class="plain-list">
              {rows.map((server) => (
                <li key={server.name}>
                  <strong>{server.name}</strong>{' '}
                  <Badge tone={server.state === 'watching' ? 'good' : 'warn'}>
                    {words('servers', server.state)}
                  </Badge>{' '}
                  {t('now.streams.n', { n: server.plays })}{' '}
                  <span class="dim">{said(server.problem)}</span>
                </li>
              ))}
            </ul>
          )}
        </Shown>
        <p>
          <a href={hrefOf(['now'])}>{t('setup.see')}</a>
        </p>
      </Card>
    </>
  )
}

const linesFor = (folder: string): string => `load_module modules/ngx_http_js_module.so;
http {
    include ${folder}/gatehouse-http.conf;
    server {
        listen 80;
        include ${folder}/gatehouse-server.conf;
    }
}`

const NginxCard = () => {
  const [folder, setFolder] = useParam('folder', '/etc/nginx/gatehouse')
  return (
    <Card title={t('setup.nginx')}>
      <p>{t('setup.nginx.write')}</p>
      <label>
        {t('setup.nginx.folder')}
        <input value={folder} onInput={({ currentTarget }) => setFolder(currentTarget.value)} />
      </label>
      <pre tabIndex={0} aria-label={t('setup.nginx.command')}>
        {`./scripts/gatehouse nginx --config gatehouse.yaml --out ${folder}`}
      </pre>
      <p>{t('setup.nginx.lines')}</p>
      <pre tabIndex={0} aria-label={t('setup.nginx')}>
        {linesFor(folder)}
      </pre>
      <p class="dim">{t('setup.nginx.reload')}</p>
    </Card>
  )
}

const Answers = () => {
  const [turn, setTurn] = useState(0)
  const query = useQuery(`check ${turn}`, (signal) => get('/edges/check', signal))
  const edges = useQuery('edges', (signal) => getAll('/edges', signal), ['plays', 'edge', 'health'])
  const now = useNow(5_000)
  return (
    <Card
      title={t('setup.check')}
      tools={
        <button type="button" onClick={() => setTurn(turn + 1)}>
          {t('state.again')}
        </button>
      }
    >
      <Shown query={query}>
        {({ url, ok, problem }) => (
          <p role="status">
            <Badge tone={ok ? 'good' : 'bad'}>{t(ok ? 'setup.ok' : 'setup.bad')}</Badge>{' '}
            <span class="dim">{url}</span> {said(problem)}
          </p>
        )}
      </Shown>
      <Shown query={edges} isEmpty={(rows) => rows.length === 0} empty={t('system.no_edges')}>
        {(rows) => (
          <ul class="plain-list">
            {rows.map(({ id, nginx, lastSyncAt, alarms }) => (
              <li key={id}>
                <strong>{id}</strong> nginx {nginx}{' '}
                <span class="dim">
                  {lastSyncAt === null
                    ? ''
                    : t('system.synced', { when: duration(now - lastSyncAt) })}
                </span>{' '}
                {alarms.join('. ')}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

/** How an installation begins: with media servers, or with channels behind nginx. */
export const SetupPage = ({ canAdd }: { readonly canAdd: boolean }) => {
  const [kind, setKind] = useParam('kind', 'servers')
  return (
    <>
      <PageHead title={t('nav.setup')} />
      <fieldset class="choices">
        <legend>{t('setup.kind')}</legend>
        {KINDS.map((one) => (
          <label key={one} class="inline">
            <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
            {t(`setup.kind.${one}`)}
          </label>
        ))}
      </fieldset>
      {kind === 'servers' ? (
        <Servers canAdd={canAdd} />
      ) : (
        <div class="cards">
          <NginxCard />
          <Answers />
        </div>
      )}
    </>
  )
}
