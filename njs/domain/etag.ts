/** Whether an `If-None-Match` header matches an ETag, by weak comparison (RFC 9110, section 13.1.2). */
export const matchesTag = (header: string, tag: string): boolean =>
  header.trim() === '*' ||
  header.split(',').some((part) => part.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''))
