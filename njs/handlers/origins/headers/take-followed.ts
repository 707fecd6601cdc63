import { type Request, variablesOf } from '../../../platform/request.ts'
import { takeOver } from '../../../verdicts/headers/followed.ts'

/** js_header_filter: what the inner server has followed redirections to. */
export const takeFollowed = (r: Request): void => takeOver(r, variablesOf(r))
