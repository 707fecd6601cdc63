import type { Request } from '../platform/request.ts'
import { keepListed } from '../verdicts/headers/keep-listed.ts'
import { running } from '../verdicts/headers/telling-text.ts'

/** js_header_filter: takes out of a stream's headers what is not for viewers; its first bytes are still to come. */
export const beginStream = (r: Request): void => {
  running.hasBegun = false
  keepListed(r)
}
