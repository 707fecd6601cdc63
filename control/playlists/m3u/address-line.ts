import { almostDirective } from './almost.ts'

/** A line that is an address, taken apart. */
export interface AddressLine {
  readonly address: string
  /** `|User-Agent=…&Referer=…`, with its bar, or empty. */
  readonly suffix: string
  /** What of it was odd, each a sentence. */
  readonly told: readonly string[]
}

/** What stands before an address and is no part of it: quotes, brackets, numbers, a name of its own. */
const BEFORE =
  /^(?:["'`´<“”„«»‘’({[=@$|*>•·–—-]|&quot;|&lt;|(?:url|src|address|stream|link)\s*[=:]|\d{1,5}[.):]?\s)+\s*(https?:\/\/(?!https?:).*)$/i
/** What closes such quotes and brackets. */
const BEHIND = /(?:["'`´>”“»«’)}\]]|&quot;|&gt;)+$/
const IN_QUOTES = /^["'`´<“”„«»‘’({[&]/
const TWICE = /^https?:\/\/(?=https?:\/\/)/i
/** `http:/host`, `http//host`, `http.//host`, `http%3A//host`: an address of no host to players. */
const halfScheme = /^https?(?:[:：](?!\/\/)|\/\/|[^\w:/]{1,3}\/\/|：|%3a|&#?\w+;)/i
const noHost = /^https?:\/\/(?:\/|[?#]|$)/i
/** What no list calls a file of its own by. */
const noFile = /^[^./?]*$|^[&"'<]|^[./]+$/
/** A name of a host, or its address, where a scheme should stand before it. */
const hostAhead = /^(?:localhost|(?:[\w-]+\.)+(?:\d+|[a-z]{2,}))(?::\d+)?\/./i
const absoluteUrl = /^[a-z][a-z0-9+.-]*:\/\//i
/** Where another address begins that is no argument or part of the path of the one before. */
const second = /[\w\s,;]https?:\/\//i

const oddities = (address: string): string[] => {
  if (!absoluteUrl.test(address)) {
    if (hostAhead.test(address))
      return ['an address without http://: read as the name of a file beside the list']
    return noFile.test(address) ? ['read as the name of a file beside the list'] : []
  }
  if (second.test(address.slice(1))) return ['read as one address: there are two in it']
  return [
    ...(/\s/.test(address) ? ['read as part of the address: what follows a blank'] : []),
    ...(/["',;>]$/.test(address)
      ? [`read as part of the address: ${address.slice(-1)} at its end`]
      : []),
    ...(/&(?:amp|#38|#x26);/i.test(address)
      ? ['an HTML entity in the address is taken as it stands']
      : []),
  ]
}

/** What is not part of the address taken off, and said. */
const bareOf = (text: string): { text: string; told: string[] } => {
  const [, inside] = BEFORE.exec(text) ?? []
  if (inside === undefined)
    return TWICE.test(text)
      ? { text: text.replace(TWICE, ''), told: ['http:// stands twice: read once'] }
      : { text, told: [] }
  return IN_QUOTES.test(text)
    ? { text: inside.replace(BEHIND, ''), told: ['an address in quotes or brackets'] }
    : { text: inside, told: ['an address with something before it: read from its http:// on'] }
}

/** Takes a line apart that should be an address; a sentence where it can be none. */
export const readAddressLine = (line: string): AddressLine | string => {
  if (almostDirective.test(line)) return 'it is no #EXTINF:'
  if (/^\/\/\s*(?:https?:|#)/i.test(line)) return 'a comment begins with # in a list'
  const { text, told } = bareOf(line)
  if (halfScheme.test(text)) return 'an address without ://'
  if (noHost.test(text)) return 'an address without a host'
  const bar = text.indexOf('|')
  const address = bar < 0 ? text : text.slice(0, bar).trimEnd()
  const suffix = bar < 0 ? '' : text.slice(bar)
  return { address, suffix, told: [...told, ...oddities(address)] }
}
