/** What an origin answers for a manifest. */
export interface Manifest {
  readonly text: string
  /** Unix ms before which it is not answered: a blocking reload (RFC 8216bis, section 6.2.5.2). */
  readonly notBefore?: number
}

/** What is asked of a shape. */
export interface Asked {
  /** Path below the shape's own directory. */
  readonly path: string
  readonly query: URLSearchParams
  /** Unix ms. */
  readonly now: number
  /** `http://host:port` of the origin. */
  readonly base: string
}

/** A way to write a list or a manifest. */
export interface Shape {
  /** Id of its channel. */
  readonly id: string
  /** What is unusual about it, as the table has it. */
  readonly name: string
  readonly form: 'HLS media' | 'DASH'
  /** What its address says that it is, where that is not so. */
  readonly says?: 'MPEG-TS'
  /** Name of its entry, with query. */
  readonly entry: string
  /** Encoding of its manifests, sent whether it was asked for or not. */
  readonly encoding?: 'gzip' | 'br'
  readonly manifest: (asked: Asked) => Manifest | null
  /** Path of the demo's origin that a path of media stands for; null where there is none. */
  readonly media: (path: string) => string | null
}
