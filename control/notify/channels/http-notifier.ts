import type { Destination, Message, Notifier } from '../model/notifier.ts'
import { requireTaken } from './answers.ts'
import { type Answer, createPoster, type Post } from './post.ts'

/** A part of a message as a request. */
export interface HttpPart extends Post {
  readonly title: string
}

/** Requests and answers of one service. */
export interface HttpService {
  /** Its name, for messages to operators. */
  readonly name: string
  readonly parts: (message: Message) => readonly HttpPart[]
  /** Whether a success is the service's own. */
  readonly isOurs: (answer: Answer) => boolean
  /** Headers that depend on body and time: the signature. */
  readonly sign?: (body: string) => Readonly<Record<string, string>>
}

const JSON_TYPE = 'application/json'

/** Headers with names in lower case, as ours are: a header of the operator's replaces ours, however it is written. */
const lowered = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** A notifier for a service that accepts JSON by POST, with a request for each part. */
export const createHttpNotifier = (destination: Destination, service: HttpService): Notifier => {
  const poster = createPoster(destination)
  const { name, parts, isOurs, sign } = service
  return {
    send: async (message, progress) => {
      for (const [at, { url, headers, body }] of parts(message).entries()) {
        const part = String(at + 1)
        if (progress.isDone(part)) continue
        const all = {
          'content-type': JSON_TYPE,
          ...headers,
          ...lowered(destination.headers),
          ...sign?.(body),
        }
        const answer = await poster.post({ url, headers: all, body })
        requireTaken(name, answer, isOurs)
        await progress.done(part)
      }
    },
    preview: (message) =>
      parts(message).map(({ title, body }) => ({ title, contentType: JSON_TYPE, body })),
    close: async () => await poster.close(),
  }
}

/** A setting that a kind requires. Throws an `Error` where it is missing, which the configuration's checks exclude. */
export const required = <T>(value: T | undefined, destination: Destination, name: string): T => {
  if (value === undefined)
    throw new Error(`destination '${destination.name}': \`${name}\` is missing`)
  return value
}
