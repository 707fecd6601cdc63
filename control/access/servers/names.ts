/** The channel of a stream's path: its last part (`live/news` is `news`), as nginx-rtmp leaves out the application. */
export const channelOfStream = (path: string): string =>
  path.replace(/\/+$/, '').split('/').at(-1) ?? ''

/** The token of a query with or without its `?`: `token`, else `jwt`; `null` where there is none. */
export const tokenOfQuery = (query: string): string | null => {
  const fields = new URLSearchParams(query)
  return fields.get('token') || fields.get('jwt') || null
}
