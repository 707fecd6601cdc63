import type { Static } from 'typebox'
import type { accountSchema } from '../../../schemas/accounts.ts'
import type { apiTokenMade, apiTokenOut, signInOut } from '../../../schemas/api-access.ts'
import type {
  explanationSchema,
  feedbackSchema,
  findingSchema,
} from '../../../schemas/detection.ts'
import type { dayTotals, keyTotals, mapPlaysOut, playSchema } from '../../../schemas/history.ts'
import type { mediaServerStatus } from '../../../schemas/media-servers.ts'
import type { destinationOut } from '../../../schemas/notices.ts'
import type {
  auditSchema,
  edgeSchema,
  groupSchema,
  sourceSchema,
  surgeSchema,
} from '../../../schemas/operations.ts'
import type { authState, operatorOut } from '../../../schemas/operators.ts'
import type { personSchema } from '../../../schemas/people.ts'
import type { banSchema, downloadSchema, sessionSchema } from '../../../schemas/sessions.ts'

/** Answers of the admin API, as its schemas have them. */
export type Session = Static<typeof sessionSchema>
export type Account = Static<typeof accountSchema>
export type Finding = Static<typeof findingSchema>
export type Feedback = Static<typeof feedbackSchema>
export type Explanation = Static<typeof explanationSchema>
export type DayTotals = Static<typeof dayTotals>
/** Totals by key; accounts have their names. */
export type KeyTotals = Static<typeof keyTotals> & { readonly accountName?: string | null }
export type MapPlays = Static<typeof mapPlaysOut>
export type MapPlace = MapPlays['places'][number]
export type Play = Static<typeof playSchema>
export type MediaServer = Static<typeof mediaServerStatus>
export type AuditEntry = Static<typeof auditSchema>
export type Edge = Static<typeof edgeSchema>
export type Group = Static<typeof groupSchema>
export type Source = Static<typeof sourceSchema>
export type Surge = Static<typeof surgeSchema>
export type AuthState = Static<typeof authState>
export type Operator = Static<typeof operatorOut>
export type SignedIn = Static<typeof signInOut>
export type ApiToken = Static<typeof apiTokenOut>
export type ApiTokenMade = Static<typeof apiTokenMade>
export type Destination = Static<typeof destinationOut>
/** An import as `GET /imports` shows it. */
export interface ImportJob {
  readonly id: string
  readonly kind: string
  readonly name: string
  /** `waiting`, `reading`, `judging`, `done`, `failed` or `cancelled`. */
  readonly state: string
  readonly startedAt: number
  /** Share that was read, 0 to 1; `null` where nobody knows. */
  readonly fraction: number | null
  readonly secondsLeft: number | null
  readonly tally: {
    readonly rows: number
    readonly inserted: number
    readonly updated: number
    readonly unchanged: number
    readonly bad: number
    /** Plays told under another account than before. */
    readonly otherAccount?: number
  }
  readonly findings: number | null
  readonly problem: string | null
  /** It broke off, and its file is kept. */
  readonly canResume: boolean
}

export type Ban = Static<typeof banSchema>
export type Copy = Static<typeof downloadSchema>
export type Person = Static<typeof personSchema>
