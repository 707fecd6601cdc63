import { headerKind, isWords } from '../../domain/headers/origin-headers.ts'
import { abortResponse, dropHeader, headersOut } from '../../platform/reply.ts'
import { type Request, type Variables, variablesOf } from '../../platform/request.ts'
import { handOn } from '../cookies.ts'
import { noteHeaders, tellsLogin, tellsOfOrigin } from './telling-headers.ts'

/** Stands in a name for bytes that are no text, by which it cannot be taken out. */
const LOST = '\uFFFD'

/** Whether a header is for viewers. */
const isFine = (variables: Variables, name: string, value: string): boolean => {
  const kind = headerKind(name)
  if (kind === 'plain') return !tellsLogin(variables, value)
  const text = `${name}: ${value}`
  return (kind === 'free' || isWords(name, value)) && !tellsOfOrigin(variables, text)
}

/** Takes out of an answer what is not for viewers. Cookies that are not hidden are handed on under seal. */
export const keepListed = (r: Request): void => {
  const headers = headersOut(r)
  if (headers.length === 0) return
  const variables = variablesOf(r)
  let isTelling = false
  for (const [name = '', value = ''] of headers) {
    if (name.includes(LOST)) abortResponse('the origin sends a header whose name is no text')
    if (headerKind(name) === 'cookie') handOn(r, variables)
    else if (!isFine(variables, name, value)) {
      dropHeader(r, name)
      isTelling = true
    }
  }
  if (isTelling) noteHeaders(variables['gh_origin'] ?? '', true)
}
