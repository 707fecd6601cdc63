/** Weak comparison of If-None-Match with one tag. */
export const matchesTag = (header: string, tag: string): boolean =>
  header.trim() === '*' ||
  header.split(',').some((part) => part.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''))
