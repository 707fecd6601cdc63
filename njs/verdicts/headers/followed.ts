import { setVariables } from '../../platform/reply.ts'
import type { Request, Variables } from '../../platform/request.ts'

/** Where an answer comes from to which the inner server has followed redirections; as it was where that does not say so. */
export const followedTo = (
  variables: Variables,
): Readonly<Record<'gh_origin' | 'gh_path' | 'gh_new_cookies', string>> => ({
  gh_origin: variables['upstream_http_x_gh_origin'] ?? variables['gh_origin'] ?? '',
  gh_path: variables['upstream_http_x_gh_path'] ?? variables['gh_path'] ?? '',
  gh_new_cookies: variables['upstream_http_x_gh_new_cookies'] ?? '',
})

/** Judges the answer as that one's. */
export const takeOver = (r: Request, variables: Variables): void =>
  setVariables(r, followedTo(variables))
