import { useState } from 'preact/hooks'
import { Alert, Badge, Card, ColumnHeads, PageHead, Shown } from '../components/parts.tsx'
import { get, send } from '../data/api.ts'
import { useParam, useRoute } from '../data/route.ts'
import type { Group, Source, Surge } from '../data/types.ts'
import { useAction } from '../data/use-action.ts'
import { useQuery } from '../data/use-query.ts'
import { country, moment, number } from '../text/format.ts'
import { t } from '../text/text.ts'
import { Evidence } from './findings/evidence.tsx'

const GroupTable = ({ groups }: { readonly groups: readonly Group[] }) => (
  <table aria-label={t('groups.title')}>
    <ColumnHeads
      of={['col.name', 'groups.channels', 'groups.networks', 'groups.countries', 'col.streams']}
    />
    <tbody>
      {groups.map((group) => (
        <tr key={group.name}>
          <td data-title={t('col.name')}>
            <strong>{group.name}</strong> {group.default && <Badge>{t('groups.default')}</Badge>}
          </td>
          <td data-title={t('groups.channels')}>
            {number(group.channels)}
            {group.leftOut > 0 && <span class="dim"> −{number(group.leftOut)}</span>}
          </td>
          <td data-title={t('groups.networks')}>{number(group.networks)}</td>
          <td data-title={t('groups.countries')}>{group.countries.map(country).join(', ')}</td>
          <td data-title={t('col.streams')}>{group.maxSessions ?? t('accounts.unlimited')}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

const SurgeList = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('surge', (signal) => get('/surge', signal))
  const { error, run } = useAction()
  const set = ({ name, on }: Surge) =>
    run(
      () => send('PUT', `/surge/${encodeURIComponent(name)}`, { on: !on }),
      () => query.reload(),
    )
  return (
    <Card title={t('groups.surge')}>
      <Alert message={error} />
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('account.none')}>
        {(rows) => (
          <ul class="plain-list">
            {rows.map((row) => (
              <li key={row.name}>
                <strong>{row.name}</strong> <span class="dim">{row.group}</span>{' '}
                <Badge tone={row.on ? 'warn' : 'plain'}>
                  {t(row.on ? 'groups.on' : 'groups.off')}
                </Badge>{' '}
                {canAct && (
                  <button
                    type="button"
                    role="switch"
                    aria-checked={row.on}
                    onClick={() => set(row)}
                  >
                    {t(row.on ? 'groups.off' : 'groups.on')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

const SourceList = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('sources', (signal) => get('/sources', signal))
  const { error, run } = useAction()
  const refresh = ({ name }: Source) =>
    run(
      () => send('POST', `/sources/${encodeURIComponent(name)}/refresh`),
      () => query.reload(),
    )
  return (
    <Card title={t('groups.sources')}>
      <Alert message={error} />
      <Shown query={query} isEmpty={(rows) => rows.length === 0}>
        {(rows) => (
          <ul class="plain-list">
            {rows.map((row) => (
              <li key={row.name}>
                <strong>{row.name}</strong> {number(row.channels)}{' '}
                <span class="dim">{moment(row.fetchedAt)}</span>{' '}
                {row.error !== null && <Badge tone="bad">{row.error}</Badge>}{' '}
                {canAct && (
                  <button type="button" onClick={() => refresh(row)}>
                    {t('action.refresh')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

/** "Who would see what?" as a form; its answer names every step. */
const Why = () => {
  const { query: route } = useRoute()
  const [ip, setIp] = useParam('ip', '')
  const [channel, setChannel] = useParam('channel', '')
  const [asked, setAsked] = useState(route.get('ip') !== null)
  const [turn, setTurn] = useState(0)
  const query = useQuery(`explain ${asked ? `${ip} ${channel} ${turn}` : ''}`, async (signal) => {
    if (!asked || ip === '') return null
    const more = channel === '' ? '' : `&channel=${encodeURIComponent(channel)}`
    return await get(`/explain?ip=${encodeURIComponent(ip)}${more}`, signal)
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setAsked(true)
    setTurn(turn + 1)
  }
  return (
    <Card title={t('groups.why')}>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('groups.why.address')}
          <input value={ip} required onInput={({ currentTarget }) => setIp(currentTarget.value)} />
        </label>
        <label>
          {t('groups.why.channel')}
          <input value={channel} onInput={({ currentTarget }) => setChannel(currentTarget.value)} />
        </label>
        <button type="submit" class="primary">
          {t('groups.why.go')}
        </button>
      </form>
      <Alert message={query.error?.message ?? null} />
      {query.data !== null && query.error === null && <Evidence evidence={query.data} />}
    </Card>
  )
}

/** What each group gets, surge, sources, and who would see what. */
export const Groups = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('groups', (signal) => get('/groups', signal))
  return (
    <>
      <PageHead title={t('groups.title')} />
      <Shown query={query} isEmpty={(rows) => rows.length === 0}>
        {(groups) => <GroupTable groups={groups} />}
      </Shown>
      <div class="cards">
        <Why />
        <SurgeList canAct={canAct} />
        <SourceList canAct={canAct} />
      </div>
    </>
  )
}
