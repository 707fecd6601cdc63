/** Names that are spelled out. */
export const SHOWN = 5

/** The first of many names. */
export const sample = (texts: readonly string[], count = texts.length): string =>
  count > SHOWN ? `${texts.slice(0, SHOWN).join(', ')} and ${count - SHOWN} more` : texts.join(', ')
