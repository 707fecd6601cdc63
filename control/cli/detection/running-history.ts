import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { Agent, request } from 'undici'
import type { PlayRecord } from '#domain/types'
import { adminFailure } from '../common/admin-client.ts'
import { CliError } from '../common/context.ts'

const isPlays = (value: unknown): value is PlayRecord[] => Array.isArray(value)

/** Whether a process listens on a socket; a socket left behind by a crash has no listener. */
export const isControlRunning = async (socketPath: string): Promise<boolean> => {
  if (!existsSync(socketPath)) return false
  return await new Promise((resolve) => {
    const socket = connect(socketPath)
    const say = (isThere: boolean) => () => {
      socket.destroy()
      resolve(isThere)
    }
    socket.on('connect', say(true))
    socket.on('error', say(false))
  })
}

const TORN = 'the control plane ended its answer half-way; try again'

/** Every account's plays as the running control plane streams them over its owner-only socket. */
export async function* playsOverSocket(
  socketPath: string,
  from: number,
  to: number,
): AsyncGenerator<readonly PlayRecord[]> {
  const dispatcher = new Agent({ connect: { socketPath }, bodyTimeout: 0 })
  try {
    const path =
      `/api/v1/history/plays.ndjson?from=${Math.trunc(from)}&to=${Math.trunc(to)}` as const
    const answer = await request(`http://gatehouse${path}`, { dispatcher })
    if (answer.statusCode >= 400) {
      throw new CliError(`the control plane answered with status ${answer.statusCode}`)
    }
    let isWhole = false
    for await (const line of createInterface({ input: answer.body })) {
      const value: unknown = JSON.parse(line)
      if (isPlays(value)) yield value
      else isWhole = true
    }
    if (!isWhole) throw new CliError(TORN)
  } catch (error) {
    throw adminFailure(error)
  } finally {
    await dispatcher.destroy()
  }
}
