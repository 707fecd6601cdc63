import { fillMarks } from '../../domain/manifests/marks.ts'
import { reachedUrl } from '../../platform/own-address.ts'
import { type Request, variable } from '../../platform/request.ts'
import { readPolicy } from '../policy.ts'

/** Address of the channel's directory under this viewer's pass or ticket, in full, as both servers know it. */
export const channelBase = (r: Request, server: 'public' | 'inner'): string => {
  const path = variable(r, server === 'public' ? 'gh_session_path' : 'http_x_gh_session_path')
  return reachedUrl(r, readPolicy()?.publicUrl ?? null, server) + encodeURI(path)
}

/** A copy with marks as this viewer gets it. */
export const fillFor =
  (r: Request) =>
  (text: string): string =>
    fillMarks(text, channelBase(r, 'public'))
