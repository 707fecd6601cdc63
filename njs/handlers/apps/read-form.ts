import { logError } from '../../platform/log.ts'
import { answerRefusal, internalRedirect, setVariables } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'
import { postedForm } from '../../verdicts/credential.ts'

/** A form as a query may hold it: what no address has in it would end a line of a request to control. */
const asQuery = (form: string): string => form.split('%').map(encodeURI).join('%')

/** js_content: an opening that was posted goes on as one whose form stood in the query. */
export const readForm = (r: Request): void => {
  try {
    const parts = [variable(r, 'args'), asQuery(postedForm(r))].filter((part) => part !== '')
    setVariables(r, { gh_opening_args: parts.join('&') })
    internalRedirect(r, '/_gatehouse/opening-posted')
  } catch (problem) {
    logError('readForm', problem)
    answerRefusal(r, 'request.malformed')
  }
}
