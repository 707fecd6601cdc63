import { Secret, TOTP } from 'otpauth'
import type { SecretBox } from '../keys/secret-box.ts'
import type { OperatorTables, SecondFactor } from '../store/tables/operator-tables.ts'

/** Second factors of people who sign in: codes of six digits that change every 30 seconds (TOTP, RFC 6238, with SHA-1 as every app has it). */
export interface SecondFactors {
  isOn(operator: string): Promise<boolean>
  /** A new secret, asked for from the first confirmed code on; `null` where one is on already. */
  offer(operator: {
    readonly id: string
    readonly name: string
  }): Promise<{ readonly secret: string; readonly uri: string } | null>
  /** Turns the offered one on by its first code; false for a wrong code. */
  confirm(operator: string, code: string): Promise<boolean>
  /** Whether a code is right now; each is taken once. */
  accepts(operator: string, code: string): Promise<boolean>
  remove(operator: string): Promise<void>
}

const PERIOD_SEC = 30
const SECRET_BYTES = 20

const contextOf = (operator: string): string => `second-factor:${operator}`

/** Second factors over the database, their secrets sealed; `now` in Unix milliseconds. */
export const createSecondFactors = (
  { secondFactors }: Pick<OperatorTables, 'secondFactors'>,
  box: SecretBox,
  now: () => number,
): SecondFactors => {
  const totp = (secret: Secret, label = '') =>
    new TOTP({ issuer: 'Gatehouse', label, secret, period: PERIOD_SEC })
  /** The time step of a code that is right; `null` = wrong, or taken before. */
  const stepOf = (factor: SecondFactor, code: string): number | null => {
    const secret = Secret.fromBase32(box.open(factor.secret, contextOf(factor.operator)))
    const delta = totp(secret).validate({ token: code, timestamp: now(), window: 1 })
    const step = delta === null ? null : Math.floor(now() / 1000 / PERIOD_SEC) + delta
    return step !== null && step > factor.lastStep ? step : null
  }
  const take = async (factor: SecondFactor | null, code: string): Promise<boolean> => {
    const step = factor === null ? null : stepOf(factor, code)
    if (factor === null || step === null) return false
    const confirmedAt = factor.confirmedAt ?? now()
    return await secondFactors.takeStep(factor.operator, { confirmedAt, lastStep: step })
  }
  const isOn = async (operator: string) =>
    ((await secondFactors.get(operator))?.confirmedAt ?? null) !== null
  return {
    isOn,
    offer: async ({ id, name }) => {
      if (await isOn(id)) return null
      const secret = new Secret({ size: SECRET_BYTES })
      const sealed = box.seal(secret.base32, contextOf(id))
      await secondFactors.put({ operator: id, secret: sealed, confirmedAt: null, lastStep: 0 })
      return { secret: secret.base32, uri: totp(secret, name).toString() }
    },
    confirm: async (operator, code) => await take(await secondFactors.get(operator), code),
    accepts: async (operator, code) => {
      const factor = await secondFactors.get(operator)
      return (await isOn(operator)) && (await take(factor, code))
    },
    remove: async (operator) => void (await secondFactors.remove(operator)),
  }
}
