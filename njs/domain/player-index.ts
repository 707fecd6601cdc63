import type { PlayRecord } from './types.ts'

interface Entry<T> {
  readonly source: string
  readonly platform: string | null
  readonly client: string | null
  readonly known: T
}

type Line = string | true | null

/** What is known of each player over each line: one device, of one platform and client. */
export class PlayerIndex<T> {
  private readonly devices = new Map<string | null, Map<Line, Entry<T>[]>>()
  private readonly make: () => T

  constructor(make: () => T) {
    this.make = make
  }

  /** What is known of a play's player; players that sources tell of are one where the same `source` is given. */
  of({ device, platform, client, isLan, network }: PlayRecord, source: string): T {
    let lines = this.devices.get(device)
    if (lines === undefined) this.devices.set(device, (lines = new Map()))
    const line: Line = isLan ? true : network
    let entries = lines.get(line)
    if (entries === undefined) lines.set(line, (entries = []))
    for (const entry of entries)
      if (entry.source === source && entry.platform === platform && entry.client === client)
        return entry.known
    const known = this.make()
    entries.push({ source, platform, client, known })
    return known
  }
}
