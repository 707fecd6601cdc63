import type { MediaServer } from '../hub/hub.ts'
import { type Fields, isFields, textOf } from '../model/read-fields.ts'

/** Who sends a webhook: a media server, or the Tautulli beside a Plex server. */
export type WebhookSender = MediaServer['kind'] | 'tautulli'

/** What a webhook reports. */
export interface Webhook {
  readonly sender: WebhookSender
  /** The sender's own word: `media.play`, `PlaybackStart`, `playback.start`, `play`. */
  readonly event: string
  /** Whether a play began, ended or changed, so that the server is worth a look. */
  readonly isPlay: boolean
}

/** A webhook that cannot be read; the message is a sentence for the person who set it up. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
}

interface Form {
  readonly sender: WebhookSender
  readonly title: string
  /** The field that names the event, and only this sender has. */
  readonly field: string
  readonly isPlay: (event: string) => boolean
}

/** Playing on is no news: servers report progress every few seconds for each stream. */
const FORMS: readonly Form[] = [
  {
    sender: 'tautulli',
    title: 'Tautulli',
    field: 'tautulli',
    isPlay: (event) => /^(play|stop|pause|resume|change|error|concurrent|newdevice)$/.test(event),
  },
  {
    sender: 'jellyfin',
    title: 'Jellyfin',
    field: 'NotificationType',
    isPlay: (event) => /^(PlaybackStart|PlaybackStop|SessionStart)$/.test(event),
  },
  {
    sender: 'emby',
    title: 'Emby',
    field: 'Event',
    isPlay: (event) => /^playback\.(start|stop|pause|unpause)$/i.test(event),
  },
  {
    sender: 'plex',
    title: 'Plex',
    field: 'event',
    isPlay: (event) => /^media\.(play|stop|pause|resume|scrobble)$/.test(event),
  },
]

const SENDS =
  'Plex sends `event`, Jellyfin `NotificationType`, Emby `Event`, Tautulli by our template `tautulli`'

const titleOf = (kind: string): string => FORMS.find(({ sender }) => sender === kind)?.title ?? kind

/** Reads a webhook by the field that names its event; throws a {@link WebhookError}. */
export const readWebhook = (body: Fields, kind: MediaServer['kind']): Webhook => {
  const form = FORMS.find(({ field }) => textOf(body[field]) !== '')
  if (form === undefined) throw new WebhookError(`it names no event: ${SENDS}`)
  const { sender, field, title, isPlay } = form
  const isFit = sender === kind || (sender === 'tautulli' && kind === 'plex')
  if (!isFit)
    throw new WebhookError(`it is a webhook of ${title}, and this server is ${titleOf(kind)}`)
  const event = textOf(body[field])
  return { sender, event, isPlay: isPlay(event) }
}

/** The record in a text of JSON; throws a {@link WebhookError}. */
export const readWebhookText = (text: string): Fields => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new WebhookError(text.trim() === '' ? 'it has no body' : `its body is no JSON: ${why}`)
  }
  if (isFields(value)) return value
  throw new WebhookError('its body is JSON, and no object')
}
