/** The value a JSON text holds; `null` where it is no JSON or `isWanted` does not know the value. */
export const readJson = <T>(text: string, isWanted: (value: unknown) => value is T): T | null => {
  try {
    const value: unknown = JSON.parse(text)
    return isWanted(value) ? value : null
  } catch {
    return null
  }
}
