import type { Ticket } from '../credentials/ticket.ts'
import type { GroupBinding } from '../types.ts'
import type { Classification } from './classify.ts'

/**
 * Whether a ticket is still valid at the viewer's present address. `present` is the group the viewer is classified into there, `null` for none.
 * With `strict`, a ticket whose group was assigned by network or country is valid only while the viewer is classified into that group,
 * by whatever criterion; a ticket whose group was assigned by account or default, and every ticket with `sticky`, is valid at any address.
 */
export const keepsGroup = (
  ticket: Pick<Ticket, 'group' | 'wonBy'>,
  binding: GroupBinding,
  present: Pick<Classification, 'group'> | null,
): boolean => {
  const isBound = binding === 'strict' && (ticket.wonBy === 'network' || ticket.wonBy === 'country')
  return !isBound || present?.group === ticket.group
}
