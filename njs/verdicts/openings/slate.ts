import { type Slate, slateForm } from '../../domain/channels/slates.ts'
import { languageOf } from '../../domain/viewer-words.ts'
import { setVariables } from '../../platform/reply.ts'
import { addressText, type Request, variable } from '../../platform/request.ts'
import { classifyLocally, findGroup, readPolicy } from '../../state/policy.ts'

/**
 * Notes what an opening is answered with, should it be refused: the clip of the viewer's group, or nothing. `group`: its id, `null` = as far as
 * networks and country tell.
 */
export const chooseSlate = (r: Request, group: string | null, rest: string): void => {
  const policy = readPolicy()
  if (policy?.groups.some(({ slates }) => slates !== undefined) !== true) return
  const id = group ?? classifyLocally(r, policy, addressText(r), null)?.group ?? ''
  const language = findGroup(policy, id)?.slates
  const form = slateForm(rest)
  const slate: Slate | '' =
    language === undefined || form === null
      ? ''
      : `${languageOf(variable(r, 'http_accept_language'), language)}.${form}`
  setVariables(r, { gh_slate: slate })
}
