import { expect, test } from 'vitest'
import { slotOf } from '#domain/limits/seat'
import { type Claim, DEFAULT_LIMITS } from '#domain/limits/types'
import { createMemoryEngine } from '../../../../control/sessions/memory/engine.ts'
import { accountTag } from '../../../../control/sessions/model/keys.ts'

const claim: Claim = {
  key: 'key',
  sid: 'sid',
  req: 'req',
  ch: 'one',
  dev: 'dev',
  player: 'player',
  net: '192.0.2.1',
  dl: '',
  idle: 30_000,
  edge: 'e',
  info: '{}',
}
const slot = slotOf(claim, 1_000)
const noted = (account: string, key: string) => ({ account, limits: DEFAULT_LIMITS, key, slot })

test('an account is forgotten with its last session, unless something of it is still refused', () => {
  const engine = createMemoryEngine(() => 1_000)
  engine.note(noted('own:1', 'one'))
  engine.note(noted('own:1', 'two'))
  engine.note(noted('own:2', 'one'))
  const ban = { account: 'own:2', channel: 'one', device: 'dev', until: 9_000 }
  const devices = [{ ...ban, reason: 'cap.streams' as const }]
  engine.noteRefusals({ ended: [], kill: [], drop: [], devices })
  engine.forget(accountTag('own:1'), 'one')
  engine.forget(accountTag('own:2'), 'one')
  expect(engine.size()).toBe(2)
  engine.forget(accountTag('own:1'), 'two')
  expect(engine.states().map(({ account }) => account)).toEqual(['own:2'])
})
