/** The value of a JSON text; `null` where the text is not JSON or `isWanted` rejects the value. */
export const readJson = <T>(text: string, isWanted: (value: unknown) => value is T): T | null => {
  try {
    const value: unknown = JSON.parse(text)
    return isWanted(value) ? value : null
  } catch {
    return null
  }
}
