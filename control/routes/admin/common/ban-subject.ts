import { networkKey } from '#domain/networks/network'
import { ProblemError } from '../../../plugins/problem.ts'
import type { BanKind } from '../../../sessions/model/ban-store.ts'
import { accountRef } from './account-ref.ts'

/** `<account>|<channel>|<device>`; the account may contain a bar itself. */
const deviceSubject = (subject: string): string => {
  const [device, channel, ...account] = subject.split('|').toReversed()
  if (!device || !channel || account.length === 0) {
    throw new ProblemError('request.invalid', 'A device is named <account>|<channel>|<device>.')
  }
  return [accountRef(account.toReversed().join('|')), channel, device].join('|')
}

/** What a ban is kept under: accounts may be named without `own:`, networks by any address in them. */
export const banSubject = (kind: BanKind, subject: string, v6Prefix: number): string => {
  if (kind === 'account') return accountRef(subject)
  if (kind === 'device') return deviceSubject(subject)
  if (kind !== 'network') return subject
  const [address = '', prefix] = subject.split('/')
  const key = networkKey(address, { v6Prefix })
  if (key === null) throw new ProblemError('request.invalid', `'${subject}' is not an address.`)
  const bits = key.includes(':') ? v6Prefix : 32
  if (prefix !== undefined && prefix !== String(bits)) {
    const detail = `A network is one /${bits}; keep '${subject}' out by a rule instead.`
    throw new ProblemError('request.invalid', detail)
  }
  return key
}
