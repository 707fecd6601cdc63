import type { Logger } from 'pino'
import type { Config } from '../../config/schema/schema.ts'
import type { FetchedPicture, PictureFetcher } from '../../pictures/fetch-picture.ts'
import type { PictureSealer } from '../../pictures/picture-sealer.ts'
import type { PictureAnswers } from '../../routes/edge/pictures.ts'

/** Hosts and problems that are logged; a host of thousands of pictures has a few kinds of problems. */
const MOST_LOGGED = 200

/** Pictures for edges: opens what was sealed and fetches it within the limits of the configuration. What a host does wrong is logged once. */
export const createPictureAnswers = (
  pictures: PictureSealer,
  fetcher: PictureFetcher,
  { config, log }: { readonly config: () => Config; readonly log: Pick<Logger, 'warn'> },
): PictureAnswers => {
  const logged = new Set<string>()
  const verifies = (host: string): boolean =>
    !config().origins.some((it) => !it.tls_verify && new URL(it.url).hostname === host)
  const get = async (url: URL): Promise<FetchedPicture> => {
    const { max_kb: kb, types } = config().pictures
    const found = await fetcher.fetch(url, {
      maxBytes: kb * 1024,
      types: new Set(types),
      verifies,
    })
    if (found.kind === 'picture') return found
    const text = `picture at ${url.host}: ${found.why}`
    if (!logged.has(text) && logged.size < MOST_LOGGED) log.warn(text)
    logged.add(text)
    return found
  }
  return {
    picture: (seal) => {
      const url = pictures.open(seal)
      return url === null ? null : get(url)
    },
    freshSec: () => config().pictures.fresh_sec,
  }
}
