import { slateOfReason } from '../channels/slates.ts'
import { isReasonId, REASONS, type ReasonId } from '../reasons.ts'
import type { Language } from '../types.ts'

/** What is gone of itself at any moment, and so is judged each time; and what anybody may make up: forgeries leave no trace. */
const JUDGED_ALWAYS: ReadonlySet<string> = new Set<ReasonId>([
  'edge.not_ready',
  'edge.full',
  'edge.busy',
  'control.unavailable',
  'rate.limited',
  'origin.unreachable',
  'origin.failed',
  'origin.elsewhere',
  'origin.redirect',
  'origin.unreadable',
  'origin.unauthorized',
  'cap.edge',
  'ticket.malformed',
  'ticket.signature',
  'pass.malformed',
  'pass.signature',
  'pass.channel',
  'channel.unknown',
  'path.outside',
  'token.missing',
  'request.malformed',
])

/** Whether a refusal of this reason is given again for a while without being judged anew. */
export const isGivenAgain = (reason: string): reason is ReasonId =>
  isReasonId(reason) && !JUDGED_ALWAYS.has(reason)

/** The reasons that are. */
export const GIVEN_AGAIN: readonly ReasonId[] = Object.keys(REASONS).filter(isGivenAgain)

/** An internal location that gives one refusal again: each has its own, in which everything is constant. With a language, it sends the playlist of a clip. */
type ReasonRoute = `again-${ReasonId}` | `again-${Language}-${ReasonId}`

/** Names the location of a refusal; `language`: that of the clip, `null` = without one. */
export const reasonRoute = (reason: ReasonId, language: Language | null): ReasonRoute =>
  language === null ? `again-${reason}` : `again-${language}-${reason}`

/** Languages of clips. */
export const SLATE_LANGUAGES = ['en', 'ru'] as const satisfies readonly Language[]

/** Every such location, with what it says. */
export const REASON_ROUTES: readonly {
  readonly route: ReasonRoute
  readonly reason: ReasonId
  readonly language: Language | null
}[] = GIVEN_AGAIN.flatMap((reason) =>
  [null, ...(slateOfReason(reason) === null ? [] : SLATE_LANGUAGES)].map((language) => ({
    route: reasonRoute(reason, language),
    reason,
    language,
  })),
)

/** The internal location that gives a refusal again: `cut-again` closes the connection, `slate-clip` sends the clip itself. */
export type AgainRoute = ReasonRoute | 'cut-again' | 'slate-clip'

/** Every one of them. */
export const AGAIN_ROUTES: readonly AgainRoute[] = [
  ...REASON_ROUTES.map(({ route }) => route),
  'cut-again',
  'slate-clip',
]
