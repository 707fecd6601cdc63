import { Card, Shown } from '../../components/parts.tsx'
import { get } from '../../data/api.ts'
import { useQuery } from '../../data/use-query.ts'
import { t } from '../../text/text.ts'

const SHOWN = 200

/** The channels a group gets. */
export const ChannelsCard = ({ group }: { readonly group: string }) => {
  const query = useQuery(
    `channels ${group}`,
    (signal) => get(`/channels?group=${encodeURIComponent(group)}&limit=${SHOWN}`, signal),
    ['surge', 'source', 'config'],
  )
  return (
    <Card title={t('groups.channels.of', { group })}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0}>
        {({ items, next }) => (
          <>
            <ul class="names">
              {items.map(({ id, name, source }) => (
                <li key={id}>
                  {name} <span class="dim">{source}</span>
                </li>
              ))}
            </ul>
            {next !== null && <p class="dim">{t('groups.channels.more', { n: SHOWN })}</p>}
          </>
        )}
      </Shown>
    </Card>
  )
}
