import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const TEXT = /\.(?:js|css|html|svg|webmanifest)$/

/** Compressions of a file, by what its name ends with then. */
const WAYS = {
  br: async (text: Buffer): Promise<Buffer> =>
    await promisify(brotliCompress)(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
      },
    }),
  gz: async (text: Buffer): Promise<Buffer> => await promisify(gzip)(text, { level: 9 }),
}

/** Names of a file's compressed copies; none for pictures, which are compressed in themselves. */
export const compressedNames = (name: string): readonly string[] =>
  TEXT.test(name) ? Object.keys(WAYS).map((ending) => `${name}.${ending}`) : []

/**
 * Writes `FILE.br` and `FILE.gz` beside each text file, for servers that send them as they are. `isFixed` says of a name that it changes with the
 * content: copies that are there are right.
 */
export const writeCompressed = async (
  paths: readonly string[],
  isFixed: (path: string) => boolean,
): Promise<void> => {
  const texts = paths.filter((path) => TEXT.test(path))
  await Promise.all(
    texts.flatMap((path) =>
      Object.entries(WAYS).map(async ([ending, compress]) => {
        const target = `${path}.${ending}`
        if (isFixed(path) && existsSync(target)) return
        // Written beside and renamed, since a running instance may read the file meanwhile.
        const draft = `${target}.${process.pid}`
        writeFileSync(draft, await compress(readFileSync(path)))
        renameSync(draft, target)
      }),
    ),
  )
}
