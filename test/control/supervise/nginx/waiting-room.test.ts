import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWaitingRoom } from '../../../../control/supervise/nginx/waiting-room.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let folder: Awaited<ReturnType<typeof tempDir>>
let close: () => void
beforeEach(async () => {
  folder = await tempDir()
  close = await openWaitingRoom(join(folder.path, 'room.sock'))
})
afterEach(async () => {
  close()
  await folder.remove()
})

/** Where a request is sent on. */
const ask = async (
  path: string,
  headers: Record<string, string>,
): Promise<string | string[] | undefined> => {
  const asked = request({ socketPath: join(folder.path, 'room.sock'), path, headers }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.headers['x-accel-redirect']
}

const RELEASED = '/_gatehouse/reload-released'

test('all who wait for something are sent on when it is there, and who comes later at once', async () => {
  const waiting = [1, 2, 3].map(() => ask('/held', { 'X-Gh-Key': 'a' }))
  const other = ask('/held', { 'X-Gh-Key': 'b', 'X-Gh-Soon': '1' })
  // Whoever waits for a moment only is in the room by the time it is over.
  expect(await other).toBe('/_gatehouse/reload')
  await ask('/free', { 'X-Gh-Key': 'a' })
  expect(await Promise.all(waiting)).toEqual([RELEASED, RELEASED, RELEASED])
  expect(await ask('/held', { 'X-Gh-Key': 'a' })).toBe(RELEASED)
})

test('who waits long is sent to look again', async () => {
  expect(await ask('/held', { 'X-Gh-Key': 'c' })).toBe('/_gatehouse/reload')
})

test('who names nothing need not wait', async () => {
  expect(await ask('/held', {})).toBe(RELEASED)
})
