import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  parseZones,
  readZones,
  type Zone,
  type ZoneChange,
  zoneChanges,
} from '../../nginx/zones.ts'
import { httpGet } from '../processes/probe.ts'

const zonesIn = (body: string): Zone[] => {
  try {
    const told: unknown = JSON.parse(body)
    const line = typeof told === 'object' && told !== null && 'zones' in told ? told.zones : ''
    return typeof line === 'string' ? parseZones(line) : []
  } catch {
    return []
  }
}

/** Zones of the nginx that listens on the edge's unix socket; `null` where none does, or it is too old to report them. */
const askZones = async (socketPath: string): Promise<Zone[] | null> => {
  const answer = await httpGet({ socketPath, path: '/health' })
  const zones = answer === null ? [] : zonesIn(answer.body)
  return zones.length > 0 ? zones : null
}

/** The text of the file that declares zones in a folder; `null` where it does not exist. */
export const readHttpFile = (folder: string): string | null => {
  try {
    return readFileSync(join(folder, 'gatehouse-http.conf'), 'utf8')
  } catch {
    return null
  }
}

/** The text of the file that declares zones, before and after. */
export interface Rewritten {
  readonly before: string | null
  readonly now: string
}

/**
 * The changes that a reload makes to the zones of the running nginx, which reports them on its unix socket; where it does not, the former file is
 * compared.
 */
export const changesOfRunning = async (
  socket: string,
  { before, now }: Rewritten,
): Promise<ZoneChange[]> => {
  const old = (await askZones(socket)) ?? readZones(before ?? '')
  return zoneChanges(old, readZones(now))
}
