import { type Playing, viewer } from '../../../test/e2e/world/viewer.ts'
import { adminOf } from '../../../test/e2e/world/world.ts'
import type { TestService } from '../../../test/support/programs/service.ts'

/**
 * Milliseconds from the request of a ban to the first 403 at the edge, ascending. Throws an `Error`
 * after 10 s without one.
 */
export const banDelays = async (
  service: TestService,
  { id, token }: { readonly id: string; readonly token: string },
  count: number,
): Promise<number[]> => {
  const admin = adminOf(service)
  const ticket = await viewer(service.edge, { token, address: '198.51.100.250' }).ticket()
  const playing: Playing[] = []
  for (let n = 0; n < count; n += 1) {
    const address = `198.51.${n >> 8}.${n & 255}`
    const one = await viewer(service.edge, { token, address, agent: `Box${n}/${Date.now()}` }).play(
      'federal-1',
      ticket,
    )
    await one.poll()
    playing.push(one)
  }
  const live = await admin.sessions(id)
  const delays: number[] = []
  for (const { id: session, session_id: sid } of live) {
    const at = playing.find(({ pass }) =>
      Buffer.from(pass, 'base64url').includes(Buffer.from(sid, 'base64url')),
    )
    if (at === undefined) continue
    const since = performance.now()
    const asked = admin.send('POST', '/bans', { kind: 'session', subject: session, seconds: 600 })
    while ((await at.get('index.m3u8')).status !== 403) {
      if (performance.now() - since > 10_000) throw new Error('a ban was not heard within 10 s')
    }
    delays.push(performance.now() - since)
    await asked
  }
  return delays.sort((a, b) => a - b)
}
