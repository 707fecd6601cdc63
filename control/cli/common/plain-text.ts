const CONTROL = /\p{Cc}/gu

/** Text from players and servers on one line; none of it may steer the terminal. */
export const plainText = (text: unknown): string =>
  typeof text === 'string' ? text.replace(CONTROL, '') : '-'
