import { BansCard } from '../components/bans.tsx'
import { Badge, Card, PageHead, Shown } from '../components/parts.tsx'
import { get } from '../data/api.ts'
import type { Edge, Page } from '../data/types.ts'
import { useNow, useQuery } from '../data/use-query.ts'
import { duration } from '../text/format.ts'
import { t } from '../text/text.ts'

interface Health {
  readonly status: string
  readonly parts: readonly {
    readonly name: string
    readonly ok: boolean
    readonly detail: string
  }[]
}

/** Health answers 503 with a body that is worth reading. */
const readHealth = async (signal: AbortSignal): Promise<Health> => {
  const response = await fetch(new URL('health/ready', document.baseURI), { signal })
  return (await response.json()) as Health
}

const HealthCard = () => {
  const query = useQuery('health', readHealth, true)
  return (
    <Card title={t('system.health')}>
      <Shown query={query}>
        {({ parts }) => (
          <ul class="plain-list">
            {parts.map(({ name, ok, detail }) => (
              <li key={name}>
                <Badge tone={ok ? 'good' : 'bad'}>{ok ? '✓' : '!'}</Badge> <strong>{name}</strong>{' '}
                <span class="dim">{detail}</span>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

const EdgesCard = () => {
  const query = useQuery('edges', (signal) => get('/edges', signal), true)
  const now = useNow(5_000)
  const rowsOf = (data: Edge[] | Page<Edge>): readonly Edge[] =>
    'items' in data ? data.items : data
  return (
    <Card title={t('system.edges')}>
      <Shown
        query={query}
        isEmpty={(data) => rowsOf(data).length === 0}
        empty={t('system.no_edges')}
      >
        {(data) => (
          <ul class="plain-list">
            {rowsOf(data).map((edge) => (
              <li key={edge.id}>
                <strong>{edge.id}</strong> nginx {edge.nginx}, njs {edge.njs}{' '}
                <span class="dim">
                  {edge.lastSyncAt === null
                    ? ''
                    : t('system.synced', { when: duration(now - edge.lastSyncAt) })}
                </span>
                {edge.alarms.map((alarm) => (
                  <p key={alarm}>
                    <Badge tone="bad">!</Badge> {alarm}
                  </p>
                ))}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

/** Health, edges and bans. */
export const System = ({
  canAct,
  version,
}: {
  readonly canAct: boolean
  readonly version: string
}) => (
  <>
    <PageHead title={t('system.title')}>
      <span class="dim">{t('system.version', { version })}</span>
    </PageHead>
    <div class="cards">
      <HealthCard />
      <EdgesCard />
      <BansCard title={t('system.bans')} canAct={canAct} />
    </div>
  </>
)
