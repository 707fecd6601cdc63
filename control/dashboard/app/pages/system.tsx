import { BansCard } from '../components/bans.tsx'
import { Badge, Card, ColumnHeads, PageHead, Shown } from '../components/parts.tsx'
import { get, getAll, offline } from '../data/api.ts'
import { lagOf, serverNow } from '../data/clock.ts'
import type { Edge } from '../data/types.ts'
import { useNow, useQuery } from '../data/use-query.ts'
import { duration, moment, number } from '../text/format.ts'
import { said } from '../text/said.ts'
import { t, words } from '../text/text.ts'

interface Health {
  readonly status: string
  readonly parts: readonly {
    readonly name: string
    readonly ok: boolean
    /** It works, and something is to be done. */
    readonly due: boolean
    readonly detail: string
  }[]
}

/** Health answers 503 with a body that is worth reading. */
const readHealth = async (signal: AbortSignal): Promise<Health> => {
  const response = await fetch(new URL('health/ready', document.baseURI), { signal }).catch(offline)
  return (await response.json()) as Health
}

/** The id of a part of health in the catalogue: `hooks.servers` is `hooks_servers`. */
const partId = (name: string): string => name.replace(/[ .]/g, '_')

const StateBadge = ({ ok, due }: Pick<Health['parts'][number], 'ok' | 'due'>) => {
  if (!ok) return <Badge tone="bad">{t('system.bad')}</Badge>
  return due ? (
    <Badge tone="warn">{t('system.due')}</Badge>
  ) : (
    <Badge tone="good">{t('system.ok')}</Badge>
  )
}

const HealthCard = () => {
  const query = useQuery('health', readHealth, ['plays', 'any change'])
  return (
    <Card title={t('system.health')}>
      <Shown query={query}>
        {({ parts }) => (
          <ul class="plain-list">
            {parts.map(({ name, ok, due, detail }) => (
              <li key={name}>
                <StateBadge ok={ok} due={due} />{' '}
                <strong>{words('system.part', partId(name))}</strong>{' '}
                <span class={ok && !due ? 'dim' : ''}>{said(detail)}</span>
                {(!ok || due) && <p class="advice">{words('system.advice', partId(name))}</p>}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

const ControlCard = () => {
  const query = useQuery('system', (signal) => get('/system', signal), ['plays', 'any change'])
  return (
    <Card title={t('system.control')}>
      <Shown query={query}>
        {({ version, node, startedAt, store, redis, events }) => (
          <dl class="facts">
            <dt>{t('system.versions')}</dt>
            <dd>
              Gatehouse {version}, Node {node}
            </dd>
            <dt>{t('system.started')}</dt>
            <dd>{moment(startedAt)}</dd>
            <dt>{t('system.store')}</dt>
            <dd>{store}</dd>
            <dt>Redis</dt>
            <dd>
              <Badge tone={redis === 'connected' ? 'good' : 'bad'}>
                {words('system.redis', redis)}
              </Badge>
            </dd>
            <dt>{t('system.buffered')}</dt>
            <dd>{number(events.buffered)}</dd>
            <dt>{t('system.waiting')}</dt>
            <dd>{events.waiting === null ? '–' : number(events.waiting)}</dd>
            <dt>{t('system.dropped')}</dt>
            <dd>
              {events.dropped === 0 ? (
                number(0)
              ) : (
                <>
                  <Badge tone="bad">{number(events.dropped)}</Badge> {t('system.advice.history')}
                </>
              )}
            </dd>
          </dl>
        )}
      </Shown>
    </Card>
  )
}

const EdgeRow = ({
  edge,
  readAt,
  now,
}: {
  readonly edge: Edge
  readonly readAt: number
  readonly now: number
}) => {
  const { id, nginx, njs, engine, lastSyncAt, clockSkewMs, reports, alarms, revokedAt } = edge
  return (
    <tr>
      <td data-title={t('system.edge')}>
        <strong>{id}</strong> {revokedAt !== null && <Badge>{t('system.revoked')}</Badge>}
      </td>
      <td data-title={t('system.versions')}>
        {nginx === '' ? '–' : `nginx ${nginx}, njs ${njs} ${engine}`}
      </td>
      <td data-title={t('system.lag')}>
        {lastSyncAt === null ? t('system.never') : duration(lagOf(lastSyncAt, readAt, now))}
      </td>
      <td data-title={t('system.clock')}>{t('unit.ms', { n: Math.round(clockSkewMs) })}</td>
      <td data-title={t('system.queue')}>{number(reports)}</td>
      <td data-title={t('system.alarms')}>
        {alarms.length === 0 && <Badge tone="good">{t('system.ok')}</Badge>}
        {alarms.map((alarm) => (
          <p key={alarm}>
            <Badge tone="bad">!</Badge> {said(alarm)}
          </p>
        ))}
      </td>
    </tr>
  )
}

const EdgesCard = () => {
  const query = useQuery(
    'edges',
    async (signal) => ({ rows: await getAll('/edges', signal), readAt: serverNow() }),
    ['plays', 'edge', 'health'],
  )
  const now = useNow(5_000)
  return (
    <Card title={t('system.edges')}>
      <Shown query={query} isEmpty={({ rows }) => rows.length === 0} empty={t('system.no_edges')}>
        {({ rows, readAt }) => (
          <table class="small edges" aria-label={t('system.edges')}>
            <ColumnHeads
              of={[
                'system.edge',
                'system.versions',
                'system.lag',
                'system.clock',
                'system.queue',
                'system.alarms',
              ]}
            />
            <tbody>
              {rows.map((edge) => (
                <EdgeRow key={edge.id} {...{ edge, readAt, now }} />
              ))}
            </tbody>
          </table>
        )}
      </Shown>
      <p class="dim">{t('system.edges.text')}</p>
    </Card>
  )
}

/** Health, this control plane, edges and bans. */
export const System = ({ canAct }: { readonly canAct: boolean }) => (
  <>
    <PageHead title={t('system.title')} />
    <EdgesCard />
    <div class="cards">
      <HealthCard />
      <ControlCard />
      <BansCard title={t('system.bans')} canAct={canAct} />
    </div>
  </>
)
