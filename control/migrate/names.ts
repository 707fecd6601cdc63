const MAX_LENGTH = 32

/** Assigns names that are valid in Gatehouse's configuration, each to one original only. */
export interface Names {
  /** The same original gets the same name. */
  of(original: string): string
}

const tidy = (original: string): string => {
  const lower = original.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '-')
  const trimmed = lower.replace(/^[^a-z0-9]+/, '').slice(0, MAX_LENGTH)
  return trimmed === '' ? 'unnamed' : trimmed
}

/** Creates an empty set of names. */
export const createNames = (): Names => {
  const given = new Map<string, string>()
  const taken = new Set<string>()
  return {
    of(original) {
      const known = given.get(original)
      if (known !== undefined) return known
      const base = tidy(original)
      let name = base
      for (let n = 2; taken.has(name); n += 1) {
        const suffix = `-${n}`
        name = `${base.slice(0, MAX_LENGTH - suffix.length)}${suffix}`
      }
      given.set(original, name)
      taken.add(name)
      return name
    },
  }
}
