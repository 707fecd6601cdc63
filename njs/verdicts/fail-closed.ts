import type { ReasonId } from '../domain/reasons.ts'
import { logError } from '../platform/log.ts'
import type { Request } from '../platform/request.ts'

/** A `js_set` handler that refuses with `control.unavailable` where `judge` throws; the exception is logged under `name`. */
export const failClosed =
  <Verdict>(
    name: string,
    judge: (r: Request) => Verdict,
    refuse: (r: Request, reason: ReasonId) => Verdict,
  ) =>
  (r: Request): Verdict => {
    try {
      return judge(r)
    } catch (problem) {
      logError(name, problem)
      return refuse(r, 'control.unavailable')
    }
  }
