import type { GeoPlace } from '#domain/types'
import type { Authorizer } from '../../access/ports.ts'
import type { JudgeLink } from '../../access/signed-links/secure-link.ts'
import type { AccountService } from '../../accounts/account-service.ts'
import type { Config } from '../../config/schema/schema.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'

export interface ExplainerParts {
  readonly config: () => Config
  readonly lineup: LineupService
  readonly place: (address: string) => GeoPlace
  /** `null` where no database is open: tokens are then not looked up. */
  readonly accounts: Pick<AccountService, 'identify' | 'named'> | null
  readonly authorizer: Authorizer
  /** Links signed elsewhere. */
  readonly links?: JudgeLink
  readonly now: () => number
}
