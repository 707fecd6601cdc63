import { type Request, variable } from '../../platform/request.ts'

/** js_set: the viewer's User-Agent, for a request to an origin, where it is more than ASCII. */
export const userAgentBytes = (r: Request): Buffer =>
  Buffer.from(variable(r, 'gh_user_agent_digits'), 'hex')
