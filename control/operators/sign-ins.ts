import { createHash, randomBytes } from 'node:crypto'
import { hashPassword, verifyPassword } from '../accounts/secrets.ts'
import type { Operator, OperatorTables, SignIn } from '../store/tables/operator-tables.ts'
import { createGuessDelays } from './guess-delays.ts'
import { createOneTimeLinks, type OneTimeLinks } from './one-time-links.ts'
import { createOperatorBook, isProvided, type OperatorBook } from './operator-book.ts'
import { isRole, type Role } from './roles.ts'
import type { SecondFactors } from './second-factor.ts'

/** Where a sign-in comes from. */
export interface SignInOrigin {
  readonly address: string
  readonly agent: string
}

/** Somebody signed in, with what his cookie holds. */
export interface OpenSignIn {
  readonly operator: Operator
  readonly secret: string
  /** What changes sent with the cookie must carry besides. */
  readonly csrf: string
}

/** Why nobody was signed in. `waitSec`: seconds until the next try. */
export type SignInRefusal =
  | { readonly refused: 'wrong' }
  /** The password is right, and a code of the second factor is needed besides. */
  | { readonly refused: 'code' }
  | { readonly refused: 'wait'; readonly waitSec: number }

/** People who may use the dashboard, and who of them is signed in. */
export interface SignIns {
  readonly operators: OperatorBook
  readonly links: OneTimeLinks
  withPassword(
    name: string,
    password: string,
    origin: SignInOrigin,
    code?: string,
  ): Promise<OpenSignIn | SignInRefusal>
  /** Signs in whom the link is for, without a second factor: it is the way back in for who lost one; `owner` = name and password of the first owner. */
  withLink(
    secret: string,
    owner: { readonly name: string; readonly password: string } | null,
    origin: SignInOrigin,
  ): Promise<OpenSignIn | SignInRefusal>
  /**
   * Gives somebody who is signed in a new password, and ends every other sign-in of theirs; `password` is the one of before, which who signs in by link
   * alone does not have.
   */
  changePassword(
    operator: Operator,
    passwords: { readonly password: string | undefined; readonly newPassword: string },
    origin: SignInOrigin,
  ): Promise<OpenSignIn | SignInRefusal>
  /** Signs in whom a provider names, with the role it gives him now. */
  withProvider(
    person: { readonly id: string; readonly name: string; readonly role: Role },
    origin: SignInOrigin,
  ): Promise<OpenSignIn>
  /** Who a cookie belongs to; `null` = nobody any more. */
  ofCookie(secret: string): Promise<OpenSignIn | null>
  /** Ends one sign-in by its cookie. */
  signOut(secret: string): Promise<void>
  /** Browsers that are signed in, the newest first; with `operator` that person's alone. */
  list(operator?: string): Promise<readonly SignIn[]>
  /** Ends one by its id; with `operator` only that person's. False where there is none. */
  end(id: string, operator?: string): Promise<boolean>
  /** The id under which the sign-in of a cookie is listed. */
  idOf(secret: string): string
}

const IDLE_MS = 7 * 86_400_000
const LIFE_MS = 30 * 86_400_000
/** A person the provider has removed is out after a day. */
const PROVIDED_LIFE_MS = 86_400_000
/** How often the last use is written. */
const TOUCH_MS = 60_000
/** Hash of a password nobody has, so that an unknown name takes as long as a wrong password. */
const NOBODY = hashPassword(randomBytes(24).toString('base64url'))

const MOST_LISTED = 1000

const isOverAt = (at: number, { operator, lastSeenAt, createdAt }: SignIn): boolean =>
  at - lastSeenAt > IDLE_MS || at - createdAt > (isProvided(operator) ? PROVIDED_LIFE_MS : LIFE_MS)

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
const csrfOf = (secret: string): string =>
  createHash('sha256').update(`csrf:${secret}`).digest('base64url')

/** Opens a sign-in for somebody, and finds the one a cookie belongs to. */
const createCookies = ({ operators, signIns }: OperatorTables, now: () => number) => ({
  open: async (operator: Operator, { address, agent }: SignInOrigin): Promise<OpenSignIn> => {
    const secret = randomBytes(32).toString('base64url')
    const at = now()
    await signIns.put({
      id: hashOf(secret),
      operator: operator.id,
      createdAt: at,
      lastSeenAt: at,
      address,
      agent: agent.slice(0, 256),
    })
    return { operator, secret, csrf: csrfOf(secret) }
  },
  find: async (secret: string): Promise<OpenSignIn | null> => {
    const found: SignIn | null = await signIns.get(hashOf(secret))
    if (found === null) return null
    const at = now()
    const operator = await operators.get(found.operator)
    const isOver = isOverAt(at, found)
    if (isOver || operator === null || !isRole(operator.role)) {
      await signIns.remove(found.id)
      return null
    }
    if (at - found.lastSeenAt > TOUCH_MS) await signIns.put({ ...found, lastSeenAt: at })
    return { operator, secret, csrf: csrfOf(secret) }
  },
})

/** Listing and ending the sign-ins of everybody, or of one person. */
const createOverview = (
  { signIns }: OperatorTables,
  now: () => number,
): Pick<SignIns, 'list' | 'end' | 'idOf'> => ({
  idOf: hashOf,
  list: async (operator) => {
    const rows =
      operator === undefined
        ? (await signIns.list({ limit: MOST_LISTED })).rows
        : await signIns.ofOperator(operator)
    return rows
      .filter((row) => !isOverAt(now(), row))
      .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)
  },
  end: async (id, operator) => {
    const found = await signIns.get(id)
    const isTheirs = operator === undefined || found?.operator === operator
    return found !== null && isTheirs && (await signIns.remove(id))
  },
})

/** Changing the own password, with the delays of wrong tries. */
const createPasswordChange =
  ({
    delays,
    operators,
    cookies,
  }: {
    readonly delays: ReturnType<typeof createGuessDelays>
    readonly operators: OperatorBook
    readonly cookies: ReturnType<typeof createCookies>
  }): SignIns['changePassword'] =>
  async ({ name, passwordHash }, { password, newPassword }, origin) => {
    const keys = [`address ${origin.address}`, `name ${name}`]
    const guess = delays.begin(keys)
    if (typeof guess === 'number') return { refused: 'wait', waitSec: guess }
    if (passwordHash !== null && !(await verifyPassword(passwordHash, password ?? '')))
      return { refused: 'wrong' }
    guess.succeeded()
    return await cookies.open(await operators.put(name, { password: newPassword }), origin)
  }

/** Sign-ins over the database; `now` in Unix milliseconds. */
export const createSignIns = (
  tables: OperatorTables,
  now: () => number,
  factors: Pick<SecondFactors, 'isOn' | 'accepts'>,
): SignIns => {
  const delays = createGuessDelays(now)
  const links = createOneTimeLinks(now)
  const operators = createOperatorBook(tables, now)
  const cookies = createCookies(tables, now)

  return {
    links,
    operators,
    ...createOverview(tables, now),
    withPassword: async (name, password, origin, code) => {
      const keys = [`address ${origin.address}`, `name ${name.trim().toLowerCase()}`]
      const guess = delays.begin(keys)
      if (typeof guess === 'number') return { refused: 'wait', waitSec: guess }
      const operator = await operators.byName(name)
      const isRight = await verifyPassword(operator?.passwordHash ?? (await NOBODY), password)
      if (operator === null || operator.passwordHash === null || !isRight)
        return { refused: 'wrong' }
      if (await factors.isOn(operator.id)) {
        if (code === undefined) {
          // Not forgiven: wrong codes are counted on.
          guess.undone()
          return { refused: 'code' }
        }
        if (!(await factors.accepts(operator.id, code))) return { refused: 'wrong' }
      }
      guess.succeeded()
      return await cookies.open(operator, origin)
    },
    withLink: async (secret, owner, origin) => {
      const keys = [`link ${origin.address}`]
      const guess = delays.begin(keys)
      if (typeof guess === 'number') return { refused: 'wait', waitSec: guess }
      const purpose = links.look(secret)
      const isFirst = purpose?.kind === 'first-run'
      if (purpose === null || (isFirst && owner === null)) return { refused: 'wrong' }
      // Before anything is waited for: of two who come at once with one link, one gets in.
      links.take(secret)
      if (isFirst && !(await operators.isEmpty())) return { refused: 'wrong' }
      guess.succeeded()
      const operator = isFirst
        ? owner && (await operators.put(owner.name, { role: 'owner', password: owner.password }))
        : await operators.byName(purpose.user)
      return operator === null ? { refused: 'wrong' } : await cookies.open(operator, origin)
    },
    changePassword: createPasswordChange({ delays, operators, cookies }),
    withProvider: async (person, origin) =>
      await cookies.open(await operators.putProvided(person), origin),
    ofCookie: async (secret) => await cookies.find(secret),
    signOut: async (secret) => void (await tables.signIns.remove(hashOf(secret))),
  }
}
