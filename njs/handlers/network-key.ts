import { networkText, type Request } from '../platform/request.ts'

/** js_set: the viewer's network key, the key of rate limits for guesses. */
export const networkKey = (r: Request): string => networkText(r)
