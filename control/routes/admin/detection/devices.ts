import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PlayRecord } from '#domain/types'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, nullableText, pagesQuery } from '../../../schemas/common.ts'
import type { SessionStore } from '../../../sessions/model/session-store.ts'
import type { History } from '../../../store/history/history.ts'
import { accountRef } from '../common/account-ref.ts'
import { pageInOrder } from '../common/row-page.ts'

export interface DeviceRoutesOptions {
  readonly history: Pick<History, 'list'>
  readonly sessions: Pick<SessionStore, 'ofAccount'>
}

const deviceSchema = Type.Object({
  device: Type.String({ description: 'What a ban of a device names.' }),
  client: nullableText,
  network: nullableText,
  ip: nullableText,
  country: nullableText,
  plays: Type.Integer(),
  first_seen_at: Type.Integer(),
  last_seen_at: Type.Integer(),
  channel: Type.Union([Type.String(), Type.Null()], { description: 'The latest.' }),
  playing: Type.Boolean(),
})

type Device = Static<typeof deviceSchema>

/** The latest plays looked at. */
const LATEST = 1000

const deviceOf = (device: string, play: PlayRecord, isPlaying: boolean): Device => ({
  device,
  client: play.client,
  network: play.network,
  ip: play.address,
  country: play.country,
  plays: 0,
  first_seen_at: play.startedAt,
  last_seen_at: play.lastSeenAt,
  channel: play.channel,
  playing: isPlaying,
})

/** `/accounts/:id/devices`: what an account has lately watched on, the latest first. */
export const deviceRoutes = (plain: FastifyInstance, options: DeviceRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/accounts/:id/devices',
    {
      schema: {
        params: idParams,
        querystring: pagesQuery,
        response: { 200: pageOf(deviceSchema) },
      },
      config: { permission: 'history:read' },
    },
    async ({ params, query }) => {
      const account = accountRef(params.id)
      const sessions = await options.sessions.ofAccount(account)
      const playing = new Set(sessions.map(({ device }) => device))
      const order = { sort: 'startedAt', descending: true, limit: LATEST } as const
      const { rows } = await options.history.list({ where: { account }, ...order })
      const devices = new Map<string, Device>()
      for (const play of rows) {
        const { device: id } = play
        if (id === null) continue
        const device = devices.get(id) ?? deviceOf(id, play, playing.has(id))
        device.plays += 1
        device.first_seen_at = play.startedAt
        devices.set(id, device)
      }
      return await pageInOrder(
        () => [...devices.values()],
        ({ device }) => device,
        query,
      )
    },
  )
}
