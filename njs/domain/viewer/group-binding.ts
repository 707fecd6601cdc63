import type { Ticket } from '../credentials/ticket.ts'
import type { GroupBinding } from '../types.ts'
import type { Classification } from './classify.ts'

/**
 * Whether a ticket still opens from where its holder is now. `present` is the group he falls into there, `null` for none.
 * Under `strict` a ticket won by network or country opens only while he falls into its group, in whatever way; one won by
 * account or by default, and every ticket under `sticky`, keeps its group anywhere.
 */
export const keepsGroup = (
  ticket: Pick<Ticket, 'group' | 'wonBy'>,
  binding: GroupBinding,
  present: Pick<Classification, 'group'> | null,
): boolean => {
  const isBound = binding === 'strict' && (ticket.wonBy === 'network' || ticket.wonBy === 'country')
  return !isBound || present?.group === ticket.group
}
