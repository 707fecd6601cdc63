import { createReadStream } from 'node:fs'
import { isCandidate, type SourceChannel, type WantedChannel } from '../model/match.ts'
import { XmlMender } from '../read/mend-xml.ts'
import { textOf, unpacked } from '../read/source-bytes.ts'
import { XmltvReader } from '../read/xmltv-reader.ts'
import { copyOf, ProgrammeSpool } from './spool.ts'

/** A source as it was read. */
export interface SourceRead {
  readonly channels: readonly SourceChannel[]
  readonly spool: ProgrammeSpool
  readonly programmes: number
  /** Programmes with times that cannot be read. */
  readonly bad: number
  /** Places that were no XML, and could be read all the same. */
  readonly mended: number
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }))
    if (Buffer.isBuffer(chunk)) yield chunk
}

/** Reads a copy of a source. Rejects with an `Error` where it is no XMLTV; the spool is then gone. */
export const readSource = async (
  path: string,
  wanted: readonly WantedChannel[],
  options: {
    readonly zone: string | null
    readonly mapping: Readonly<Record<string, string>>
    readonly spoolPath: string
  },
): Promise<SourceRead> => {
  const spool = new ProgrammeSpool(options.spoolPath)
  const channels = new Map<string, SourceChannel>()
  const candidate = isCandidate(wanted, options.mapping)
  const decided = new Map<string, boolean>()
  let programmes = 0
  let bad = 0
  const isWanted = (id: string): boolean => {
    const before = decided.get(id)
    if (before !== undefined) return before
    const own = copyOf(id)
    const channel = channels.get(id) ?? { id: own, names: [] }
    channels.set(own, channel)
    const answer = candidate(channel)
    decided.set(own, answer)
    return answer
  }
  const reader = new XmltvReader(
    {
      onChannel: ({ id, names }) => {
        const channel = { id: copyOf(id), names: names.map(copyOf) }
        channels.set(channel.id, channel)
        decided.delete(channel.id)
      },
      onProgramme: ({ channel, ...programme }) => {
        programmes += 1
        spool.add(channel, programme)
      },
      onBad: () => {
        bad += 1
      },
    },
    { zone: options.zone, isWanted },
  )
  const mender = new XmlMender()
  try {
    for await (const text of textOf(unpacked(bytesOf(path)))) {
      reader.write(mender.write(text))
      await spool.relieve()
    }
    reader.write(mender.end())
    reader.end()
  } catch (error) {
    await spool.close()
    throw error
  }
  return { channels: [...channels.values()], spool, programmes, bad, mended: mender.mended }
}
