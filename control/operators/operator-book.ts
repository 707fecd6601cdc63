import { randomUUID } from 'node:crypto'
import { hashPassword } from '../accounts/secrets.ts'
import type { Operator, OperatorTables } from '../store/tables/operator-tables.ts'
import type { Role } from './roles.ts'

/** People who may use the dashboard. */
export interface OperatorBook {
  /** Whether nobody may sign in yet: the first link makes the owner. */
  isEmpty(): Promise<boolean>
  /** Names are the same in upper and lower case. */
  byName(name: string): Promise<Operator | null>
  /** Adds somebody, or changes role and password; a new password ends the sign-ins of before. */
  put(name: string, change: { readonly role?: Role; readonly password?: string }): Promise<Operator>
  /** Adds or renews somebody a provider signs in; the name gets the provider's mark, so that nobody takes the place of one with a password. */
  putProvided(person: {
    readonly id: string
    readonly name: string
    readonly role: Role
  }): Promise<Operator>
  /** Removes somebody and ends his sign-ins; false where there is nobody. */
  remove(id: string): Promise<boolean>
}

/** Whether somebody is signed in by a provider alone. */
export const isProvided = (id: string): boolean => id.startsWith('oidc:')

/** A name that can be had at the sign-in by password by nobody: `:` is not allowed there. */
const providedName = (name: string): string => `oidc:${name.trim().toLowerCase()}`

/** People over the database; `now` in Unix milliseconds. */
export const createOperatorBook = (
  { operators, signIns, secondFactors }: OperatorTables,
  now: () => number,
): OperatorBook => {
  const byName = async (name: string) => await operators.byName(name.trim().toLowerCase())
  const endAll = async (operator: string) => {
    for (const { id } of await signIns.ofOperator(operator)) await signIns.remove(id)
  }
  return {
    byName,
    isEmpty: async () => (await operators.list({ limit: 1 })).rows.length === 0,
    put: async (name, { role, password }) => {
      const known = await byName(name)
      const at = now()
      const operator: Operator = {
        id: known?.id ?? randomUUID(),
        name: name.trim().toLowerCase(),
        role: role ?? known?.role ?? 'viewer',
        passwordHash:
          password === undefined ? (known?.passwordHash ?? null) : await hashPassword(password),
        createdAt: known?.createdAt ?? at,
        updatedAt: at,
      }
      await operators.put(operator)
      if (password !== undefined && known !== null) await endAll(operator.id)
      return operator
    },
    putProvided: async ({ id, name, role }) => {
      const known = await operators.get(id)
      const holder = await operators.byName(providedName(name))
      const isTaken = holder !== null && holder.id !== id
      const operator: Operator = {
        id,
        name: isTaken ? `${providedName(name)} ${id.slice(-6)}` : providedName(name),
        role,
        passwordHash: null,
        createdAt: known?.createdAt ?? now(),
        updatedAt: now(),
      }
      await operators.put(operator)
      return operator
    },
    remove: async (id) => {
      await endAll(id)
      await secondFactors.remove(id)
      return await operators.remove(id)
    },
  }
}
