import { type Request, variable } from '../../platform/request.ts'

/** js_set: the viewer's Referer, for a request to an origin, where it is more than ASCII. */
export const refererBytes = (r: Request): Buffer =>
  Buffer.from(variable(r, 'gh_referer_digits'), 'hex')
