/** PostgreSQL refuses text with a NUL in it; one player's name must not stop a whole batch. */
export const plainText = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '') : text
