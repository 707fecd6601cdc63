import { expect } from 'vitest'

/** Questions whose answer would tell whether a guess is right. */
const GUESSES = [
  '/sessions?network=192.168.5.9',
  '/history/plays?account=own:1',
  '/events?account=own:1',
  '/networks/192.168.5.9',
  '/history/accounts/own:1',
]

const LISTS = ['/devices', '/networks', '/sessions', '/history/plays']

/** Expects that who may not see names cannot ask by one, and cannot read the cursor of a list, which holds its last row. */
export const expectNoGuess = async (
  admin: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> => {
  const ask = async (path: string) => await fetch(`${admin}/api/v1${path}`, { headers })
  for (const path of GUESSES) expect([path, (await ask(path)).status]).toEqual([path, 403])
  for (const list of LISTS) {
    const first = await ask(`${list}?limit=1`)
    expect([list, first.status]).toEqual([list, 200])
    const { next } = (await first.json()) as { next: string | null }
    expect(Buffer.from(next ?? '', 'base64url').toString()).not.toMatch(/192\.168|own:/)
    if (next !== null)
      expect((await ask(`${list}?limit=1&after=${encodeURIComponent(next)}`)).status).toBe(200)
    expect([list, (await ask(`${list}?after=nonsense`)).status]).toEqual([list, 400])
  }
}
