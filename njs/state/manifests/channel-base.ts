import { fillMarks } from '../../domain/manifests/marks.ts'
import { reachedUrl } from '../../platform/own-address.ts'
import { type Request, variable } from '../../platform/request.ts'
import { readPolicy } from '../policy.ts'

/** Address of the channel's directory under this viewer's pass or ticket, in full. */
export const channelBase = (r: Request): string =>
  reachedUrl(r, readPolicy()?.publicUrl ?? null) + encodeURI(variable(r, 'gh_session_path'))

/** A copy with marks as this viewer gets it. */
export const fillFor =
  (r: Request) =>
  (text: string): string =>
    fillMarks(text, channelBase(r))
