import type { Crypto, SecretOf } from '../credentials/crypto.ts'
import { ticketsGiven } from './address-logins.ts'
import { type OwnValue, spellings } from './own-arguments.ts'
import { type Address, loginWords } from './resolve.ts'
import { openText, type SealBinding } from './seal.ts'

/** First character of a sealed value's text, which distinguishes it from a sealed place or cookie. */
const LETTER = 'v'
const START = '~kept'
const MARKS = /~kept(~[\w-]+)~/g
/** Stands for a value that is too long for a seal. */
const TOO_LONG = '~kept~~'

/** Shorter ones may stand in other words by chance. */
const LEAST = 6
/** Most values that are looked for. */
const MOST = 100

/** Logins in an address that an origin gave by itself, as they or others would write them. */
export const valuesGiven = ({ origin, path, query }: Address): string[] =>
  [...ticketsGiven(path, query), ...loginWords(origin)]
    .filter((it) => it.length >= LEAST)
    .flatMap(spellings)

/**
 * Values that an origin gave by itself, in a redirection or under a seal, and that no viewer was shown. Unlike those of the channel's own address the edge does not know
 * them at the next request: what stands for one in a manifest is the value itself, sealed. Those that a text does not have are left out.
 */
export const sealGiven = (
  values: readonly string[],
  text: string,
  seal: (plain: string) => string | null,
): readonly OwnValue[] => {
  const isEncoded = text.includes('&#')
  const found = [...new Set(values)].filter((it) => isEncoded || text.includes(it))
  return found
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST)
    .map((it) => {
      const sealed = seal(LETTER + it)
      const mark = sealed === null ? TOO_LONG : `${START}${sealed}~`
      return { text: it, mark, name: null, isLogin: true }
    })
}

/** Whether a text may have marks of given values. */
export const hasGiven = (text: string): boolean => text.includes(`${START}~`)

/** The text with the values that marks in it stand for; what is forged or another channel's stays. */
export const openGiven = (
  crypto: Crypto,
  secretOf: SecretOf,
  binding: SealBinding,
  text: string,
): string =>
  text.replace(MARKS, (mark, seal: string) => {
    const plain = openText(crypto, secretOf, binding, seal)
    return plain?.startsWith(LETTER) === true ? plain.slice(LETTER.length) : mark
  })
