import type { ServerResponse } from 'node:http'

/** Answer to every question for a picture. */
export interface PictureAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Sends it to who asks for one; 404 for all else. */
export const sendPicture = (
  path: string,
  { status, headers, body: picture }: PictureAnswer,
  response: ServerResponse,
): void => {
  if (path === '/pictures') response.writeHead(status, headers).end(picture)
  else response.writeHead(404).end()
}

/** Sends a list; one that is not kept is the present list under the name of a version that is gone. */
export const sendList = (
  response: ServerResponse,
  text: string | undefined,
  isKept: boolean,
): void => {
  if (text === undefined) return void response.writeHead(404).end()
  const keep = isKept ? 'max-age=31536000, immutable' : 'no-store'
  const headers = { 'Content-Type': 'audio/x-mpegurl', ETag: '"x"', 'Cache-Control': keep }
  response.writeHead(200, headers).end(text)
}
