import { useState } from 'preact/hooks'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { Alert, Badge, Card, ColumnHeads, PageHead, Shown } from '../../components/parts.tsx'
import { useAction } from '../../components/use-action.ts'
import { getAll, send } from '../../data/api.ts'
import { hrefOf, useParam } from '../../data/route.ts'
import type { Group, Source, Surge } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { country, moment, number } from '../../text/format.ts'
import { said } from '../../text/said.ts'
import { t, words } from '../../text/text.ts'
import { ChannelsCard } from './channels.tsx'
import { Downloads } from './downloads.tsx'
import { Why } from './why.tsx'

const GroupTable = ({ groups }: { readonly groups: readonly Group[] }) => (
  <table aria-label={t('groups.title')}>
    <ColumnHeads
      of={['col.name', 'groups.channels', 'groups.networks', 'groups.countries', 'col.streams']}
    />
    <tbody>
      {groups.map((group) => (
        <tr key={group.name}>
          <td data-title={t('col.name')}>
            <a href={hrefOf(['groups'], { group: group.name })}>
              <strong>{group.name}</strong>
            </a>{' '}
            {group.default && <Badge>{t('groups.default')}</Badge>}
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

const SurgeList = ({
  canAct,
  changed,
}: {
  readonly canAct: boolean
  readonly changed: () => void
}) => {
  const query = useQuery('surge', (signal) => getAll('/surge', signal), ['surge', 'config'])
  const { error, run } = useAction()
  const [question, setQuestion] = useState<Question | null>(null)
  const put = ({ name, on }: Surge) =>
    send('PUT', `/surge/${encodeURIComponent(name)}`, { on: !on })
  const done = () => {
    query.reload()
    changed()
  }
  const set = (row: Surge) => {
    if (row.on || row.running !== 'end') return run(() => put(row), done)
    return setQuestion({
      title: t('groups.surge.ask', { name: row.name }),
      text: t('groups.surge.ends'),
      go: t('groups.surge.on'),
      act: async () => {
        await put(row)
        done()
      },
    })
  }
  return (
    <Card title={t('groups.surge')}>
      <Confirm question={question} done={() => setQuestion(null)} />
      <Alert message={error} />
      <p class="dim">{t('groups.surge.text')}</p>
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('groups.surge.none')}>
        {(rows) => (
          <ul class="plain-list">
            {rows.map((row) => (
              <li key={row.name}>
                <strong>{row.name}</strong>{' '}
                <span class="dim">
                  {row.group}, {words('groups.surge.running', row.running)}
                </span>{' '}
                <Badge tone={row.on ? 'warn' : 'plain'}>
                  {t(row.on ? 'groups.on' : 'groups.off')}
                </Badge>{' '}
                {canAct && (
                  <button
                    type="button"
                    aria-label={`${t(row.on ? 'groups.surge.off' : 'groups.surge.on')}: ${row.name}`}
                    onClick={() => set(row)}
                  >
                    {t(row.on ? 'groups.surge.off' : 'groups.surge.on')}
                  </button>
                )}{' '}
                {row.since !== null && (
                  <span class="dim">
                    {moment(row.since)}, {row.by}
                  </span>
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
  const query = useQuery('sources', (signal) => getAll('/sources', signal), ['source', 'config'])
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
                <strong>{row.name}</strong> {t('groups.source.channels', { n: row.channels })}{' '}
                <span class="dim">{moment(row.fetchedAt)}</span>{' '}
                {row.error !== null && <Badge tone="bad">{said(row.error)}</Badge>}{' '}
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

/** What each group gets, surge, sources, downloaded playlists, and who would see what. */
export const Groups = ({ may }: { readonly may: (permission: string) => boolean }) => {
  const query = useQuery('groups', (signal) => getAll('/groups', signal), [
    'surge',
    'source',
    'config',
  ])
  const [group] = useParam('group')
  const canAct = may('operations:write')
  return (
    <>
      <PageHead title={t('groups.title')} />
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('groups.empty')}>
        {(groups) => <GroupTable groups={groups} />}
      </Shown>
      {group !== '' && <ChannelsCard key={group} group={group} />}
      <Why />
      <div class="cards">
        <SurgeList canAct={canAct} changed={query.reload} />
        <SourceList canAct={canAct} />
      </div>
      {may('downloads:read') && <Downloads canAct={may('downloads:write')} />}
    </>
  )
}
