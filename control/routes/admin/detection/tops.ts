import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { pageOf } from '../../../schemas/accounts.ts'
import { accountTotals, keyTotals, topQuery } from '../../../schemas/history.ts'
import type { Dashboard, KeyTotals, Span } from '../../../store/history/dashboard.ts'
import { pageInOrder } from '../common/row-page.ts'

export interface TopOptions {
  readonly dashboard: Pick<
    Dashboard,
    'topChannels' | 'topAccounts' | 'perCountry' | 'topTitles' | 'topOf' | 'names'
  >
  /** The span a query asks for. */
  readonly spanOf: (query: Static<typeof topQuery>) => Span
}

interface TopList {
  readonly name: string
  /** What it counts. */
  readonly description: string
  readonly ask: (span: Span, limit?: number) => Promise<KeyTotals[]>
}

const listsOf = (dashboard: TopOptions['dashboard']): TopList[] => [
  {
    name: 'channels',
    description: 'Channels, and titles watched on demand, with most plays.',
    ask: dashboard.topChannels,
  },
  { name: 'countries', description: 'Countries with most plays.', ask: dashboard.perCountry },
  {
    name: 'titles',
    description: 'Titles watched on demand with most plays, of the plays that are kept.',
    ask: async (span, limit) => await dashboard.topTitles(span, limit),
  },
  {
    name: 'devices',
    description: 'Kinds of devices with most plays: the platform, where it is unknown the player.',
    ask: async (span, limit) => await dashboard.topOf('device', span, limit),
  },
  {
    name: 'edges',
    description: 'Edges (`edge:main`) and media servers (`plex:den`) with most plays.',
    ask: async (span, limit) => await dashboard.topOf('edge', span, limit),
  },
  {
    name: 'deliveries',
    description:
      'How media servers delivered plays: `direct play` as they are, `direct stream` in another container, `transcode` converted.',
    ask: async (span, limit) => await dashboard.topOf('delivery', span, limit),
  },
]

/** A cursor tells no key: it may be an account, which a viewer sees masked. */
const untold = () => null

/** `/history/channels`, `countries`, `titles`, `devices`, `edges`, `deliveries` and `accounts`: what was played most. */
export const topRoutes = (plain: FastifyInstance, { dashboard, spanOf }: TopOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const config = { permission: 'history:read' }
  const response = { 200: pageOf(keyTotals) }
  for (const { name, description, ask } of listsOf(dashboard))
    app.get(
      `/history/${name}`,
      { schema: { description, querystring: topQuery, response }, config },
      async ({ query }) =>
        await pageInOrder(async (most) => await ask(spanOf(query), most), untold, query),
    )
  app.get(
    '/history/accounts',
    { schema: { querystring: topQuery, response: { 200: pageOf(accountTotals) } }, config },
    async ({ query }) => {
      const span = spanOf(query)
      const top = async (most: number) => await dashboard.topAccounts(span, most)
      const { items, next } = await pageInOrder(top, untold, query)
      const keys = items.map(({ key }) => key)
      const names = await dashboard.names(keys, span)
      const named = items.map((row) => ({ ...row, accountName: names.get(row.key) ?? null }))
      return { items: named, next }
    },
  )
}
