import { networkText, type Request } from '../platform/request.ts'

/** js_set: the viewer's network key, which the rate of guesses is counted by. */
export const networkKey = (r: Request): string => networkText(r)
