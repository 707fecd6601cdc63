import type { PlayRecord } from '#domain/types'
import { isPublicText } from '../../detect/network-class.ts'

// So many accounts do not watch from one device of a local network, nor so much of everything.
const ACCOUNTS_AT_LEAST = 3
const SHARE_AT_LEAST = 0.5

/** Plays by the addresses of local networks that they came from: a proxy or a container's gateway hides the viewers behind it. */
export class HiddenViewers {
  readonly #uses = new Map<string, { plays: number; accounts: number }>()
  #all = 0

  /** Counts the plays of one more account. */
  add(plays: readonly PlayRecord[]): void {
    this.#all += plays.length
    const counts = new Map<string, number>()
    for (const { address } of plays)
      if (address !== null) counts.set(address, (counts.get(address) ?? 0) + 1)
    for (const [address, count] of counts) {
      if (isPublicText(address)) continue
      const use = this.#uses.get(address) ?? { plays: 0, accounts: 0 }
      use.plays += count
      use.accounts += 1
      this.#uses.set(address, use)
    }
  }

  /** A sentence for each address that most plays of several accounts came from, with what to set. */
  warnings(): string[] {
    return [...this.#uses]
      .filter(
        ([, { plays, accounts }]) =>
          accounts >= ACCOUNTS_AT_LEAST && plays >= SHARE_AT_LEAST * this.#all,
      )
      .map(
        ([address, { plays, accounts }]) =>
          `${Math.round((100 * plays) / this.#all)} % of the plays, of ${accounts} accounts, came from ${address}, a proxy or a container's gateway: homes behind it cannot be told apart. ` +
          'Let the media server see who watches (the proxy sends X-Forwarded-For, and the server trusts the proxy; a container uses the network of its host); at an edge name the proxy in edge.trusted_proxies',
      )
  }
}
