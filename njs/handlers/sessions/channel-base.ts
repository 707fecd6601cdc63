import { logError } from '../../platform/log.ts'
import type { Request } from '../../platform/request.ts'
import { channelBase as baseOf } from '../../state/manifests/channel-base.ts'

/** js_set: what the inner server puts into a manifest in place of marks. */
export const channelBase = (r: Request): string => {
  try {
    return baseOf(r)
  } catch (problem) {
    logError('channelBase', problem)
    return ''
  }
}
