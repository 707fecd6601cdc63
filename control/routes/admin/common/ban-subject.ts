import { networkKey } from '#domain/networks/network'
import type { BanKind } from '#domain/reasons'
import { deviceSubject, readDeviceSubject } from '#domain/viewer/lease'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { accountRef } from './account-ref.ts'

const wholeDeviceSubject = (subject: string): string => {
  const { account, channel, device } = readDeviceSubject(subject)
  if (!device || !channel || !account) {
    throw new ProblemError('request.invalid', detail('device.wrong'))
  }
  return deviceSubject(accountRef(account), channel, device)
}

/**
 * What a ban is kept under: accounts may be named without `own:`, networks by any address in them.
 * Throws `request.invalid` for a malformed one.
 */
export const banSubject = (kind: BanKind, subject: string, v6Prefix: number): string => {
  if (kind === 'account') return accountRef(subject)
  if (kind === 'device') return wholeDeviceSubject(subject)
  if (kind !== 'network') return subject
  const [address = '', prefix] = subject.split('/')
  const key = networkKey(address, { v6Prefix })
  if (key === null)
    throw new ProblemError('request.invalid', detail('address.wrong', { value: subject }))
  const bits = key.includes(':') ? v6Prefix : 32
  if (prefix !== undefined && prefix !== String(bits)) {
    throw new ProblemError('request.invalid', detail('network.wide', { bits, value: subject }))
  }
  return key
}
