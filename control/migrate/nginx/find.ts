import type { Statement } from '../blocks.ts'

/** A location that depends on the variable. */
export interface GeoLocation {
  readonly statement: Statement
  /** Nearest `root` around it. */
  readonly root: string | null
}

const uses = (statement: Statement, variable: string): boolean =>
  statement.args.some(({ text }) => mentions(text, variable)) ||
  (statement.block?.some((inner) => uses(inner, variable)) ?? false)

const mentions = (text: string, variable: string): boolean =>
  new RegExp(`\\${variable}(?![A-Za-z0-9_])|\\$\\{${variable.slice(1)}\\}`).test(text)

const rootIn = (block: readonly Statement[]): string | null =>
  block.find(({ name }) => name === 'root')?.args[0]?.text ?? null

/** Every location that uses the variable, wherever it stands. */
export const findGeoLocations = (
  statements: readonly Statement[],
  variable: string,
  root: string | null = null,
): GeoLocation[] => {
  const here = rootIn(statements) ?? root
  return statements.flatMap((statement) => {
    if (statement.block === null || statement.name === 'geo') return []
    const isPlace = statement.name === 'location' && uses(statement, variable)
    return isPlace
      ? [{ statement, root: rootIn(statement.block) ?? here }]
      : findGeoLocations(statement.block, variable, here)
  })
}

/** Directives that refuse viewers, wherever they stand. */
const REFUSES = new Set([
  'allow',
  'deny',
  'js_access',
  'modsecurity',
  'limit_conn',
  'limit_req',
  'satisfy',
  'secure_link',
  'secure_link_secret',
  'ssl_verify_client',
  'valid_referers',
])

/** Refusals of modules, too many to name: `auth_request`, `auth_jwt`, `auth_ldap`, and scripts that answer in their several forms. */
const REFUSES_BY_MODULE =
  /^(?:auth_(?!delay$|http$)[a-z]+$|(?:access|rewrite|content)_by_lua|(?:js_content|perl)$)/
/** What a viewer comes with, beside what every player sends alike. */
const OF_VIEWER =
  /\$\{?(?:http_(?!accept|host|origin|range|upgrade|x_forwarded_proto)|remote_|binary_remote_addr|realip_|geoip|arg_|cookie_|ssl_client_|invalid_referer|secure_link)/

const isOff = ({ args }: Statement): boolean => args[0]?.text === 'off'

const answersRefusal = ({ name, args }: Statement): boolean =>
  name === 'return' && /^4\d\d$/.test(args[0]?.text ?? '')

/** Whether it answers some viewers otherwise than the rest: refuses, or sends elsewhere those who come with something. */
const tellsApart = ({ args, block }: Statement): boolean =>
  block?.some(
    (one) =>
      answersRefusal(one) ||
      (/^(?:return|rewrite)$/.test(one.name) && args.some(({ text }) => OF_VIEWER.test(text))),
  ) === true

/** What refuses everyone in a location; 404 says no more than that nothing is there. */
const closedBy = (block: readonly Statement[]): Statement[] =>
  block.filter((one) => answersRefusal(one) && one.args[0]?.text !== '404')

/** Files that no list or stream is among: hidden ones, such as `/.htaccess`, and nginx's own status. */
const holdsNoMedia = ({ args, block }: Statement): boolean => {
  const [place, way] = [args.at(-1)?.text ?? '', args.length > 1 ? args[0]?.text : undefined]
  const isPattern = way === '~' || way === '~*'
  const isHidden = isPattern
    ? /^(?:\^?\/|\(\^\|\/\)|\(\?:\^\|\/\))\\\./.test(place)
    : place.startsWith('/.')
  return isHidden || block?.some(({ name }) => name === 'stub_status') === true
}

/** Whether a server refuses whoever asks it, as those for unknown names do. */
const isClosedServer = ({ name, block }: Statement): boolean =>
  name === 'server' && block?.some(answersRefusal) === true

/** Locations that hold no media and refuse viewers, and servers that refuse everyone: both lose nothing. */
export const findAside = (statements: readonly Statement[]): Statement[] =>
  statements.flatMap((statement) => {
    if (statement.name === 'location' && holdsNoMedia(statement)) return [statement]
    if (isClosedServer(statement)) return [statement]
    return findAside(statement.block ?? [])
  })

/** Whether it refuses viewers by itself; what stands in its block is another matter, unless that is a script. */
const isRefusal = (statement: Statement): boolean =>
  (REFUSES.has(statement.name) || REFUSES_BY_MODULE.test(statement.name)) && !isOff(statement)

/** Whether what stands in it is read elsewhere, or needs no reading. */
const isReadElsewhere = (statement: Statement, variable: string): boolean =>
  statement.name === 'geo' ||
  statement.name === 'map' ||
  (statement.name === 'location' && (uses(statement, variable) || holdsNoMedia(statement)))

/** Statements that refuse viewers or ask about the variable, outside of the locations that are read; nothing of them is converted. */
export const findOutside = (statements: readonly Statement[], variable: string): Statement[] =>
  statements.flatMap((statement) => {
    const { name, block } = statement
    if (isReadElsewhere(statement, variable)) return []
    if (isClosedServer(statement)) return uses(statement, variable) ? [statement] : []
    if (name === 'if') return uses(statement, variable) || tellsApart(statement) ? [statement] : []
    if (block === null || REFUSES_BY_MODULE.test(name))
      return isRefusal(statement) || uses(statement, variable) ? [statement] : []
    return [...findOutside(block, variable), ...(name === 'location' ? closedBy(block) : [])]
  })
