import type { PictureJob } from '../epg/model/pictures.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { createPictureSealer, type PictureSealer } from '../pictures/picture-sealer.ts'
import type { LiveConfig } from './base/live-config.ts'

/** The sealer of the configuration in use. */
export interface LivePictures extends PictureSealer {
  /** The same as plain values; `null` where no pictures come through the edge. */
  readonly job: () => PictureJob | null
}

/** Seals pictures as the configuration in use says. */
export const createLivePictures = (
  live: Pick<LiveConfig, 'config'>,
  ring: Pick<KeyRing, 'current' | 'secret'>,
): LivePictures => {
  let present: { readonly of: readonly string[]; readonly sealer: PictureSealer } | null = null
  const sealer = (): PictureSealer => {
    const { through } = live.config().pictures
    if (present?.of !== through)
      present = { of: through, sealer: createPictureSealer(through, ring) }
    return present.sealer
  }
  return {
    seal: (address) => sealer().seal(address),
    open: (seal) => sealer().open(seal),
    job: () => {
      const { pictures, edge } = live.config()
      if (pictures.through.length === 0) return null
      const { kid, secret } = ring.current()
      return { through: pictures.through, base: edge.public_url, kid, secret }
    },
  }
}
