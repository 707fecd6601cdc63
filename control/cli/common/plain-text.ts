const CONTROL = /\p{Cc}/gu

/** Text from players and servers on one line; without control characters. */
export const plainText = (text: unknown): string =>
  typeof text === 'string' ? text.replace(CONTROL, '') : '-'
