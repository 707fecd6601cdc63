import { headerKind, isWords } from '../../domain/headers/origin-headers.ts'
import { abortResponse, dropHeader, headersOut } from '../../platform/reply.ts'
import { type Request, type Variables, variablesOf } from '../../platform/request.ts'
import { noteHeaders } from '../../state/lately/safe-headers.ts'
import { tellsLogin, tellsOfOrigin } from './telling-headers.ts'

/** Stands in a name for bytes that are no text, by which it cannot be taken out. */
const LOST = '\uFFFD'

/** Whether a header is for viewers. */
const isFine = (variables: Variables, name: string, value: string): boolean => {
  const kind = headerKind(name)
  if (kind === 'plain') return !tellsLogin(variables, value)
  const text = `${name}: ${value}`
  return (kind === 'free' || isWords(name, value)) && !tellsOfOrigin(variables, text)
}

/** Takes out of an answer what is not for viewers; whether there was anything. */
export const keepListed = (r: Request): boolean => {
  const headers = headersOut(r)
  if (headers.length === 0) return false
  const variables = variablesOf(r)
  let isTelling = false
  for (const [name = '', value = ''] of headers) {
    if (name.includes(LOST)) abortResponse('the origin sends a header whose name is no text')
    if (!isFine(variables, name, value)) {
      dropHeader(r, name)
      isTelling = true
    }
  }
  if (isTelling) noteHeaders(variables['gh_origin'] ?? '', true)
  return isTelling
}
