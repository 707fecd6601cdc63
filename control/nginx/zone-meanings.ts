const REFILLED =
  'It is filled again within a second or two; until then viewers are answered 503 edge.not_ready.'
const ASKED = 'What it remembers is asked for again.'
const STREAMS =
  'MPEG-TS streams that run are ended within 15 seconds, since no ban would reach them any more; players open them anew.'

/** What is lost, and what comes of it, where a reload gives a zone another size and so empties it. */
export const EDGE_ZONES: Readonly<Record<string, string>> = {
  gh_leases: `Every running session is asked for again at its next request. ${STREAMS}`,
  gh_bans: `${REFILLED} ${STREAMS}`,
  gh_state: `Tables and reports are found again within a second; refusals that are remembered are asked for again. ${STREAMS}`,
  gh_streams: STREAMS,
  gh_pace: 'Fetches and guesses are counted from nothing.',
  gh_texts: REFILLED,
  gh_denied: ASKED,
  gh_guessed: ASKED,
  gh_refused: ASKED,
  gh_networks_a: REFILLED,
  gh_networks_b: REFILLED,
  gh_channels_a: REFILLED,
  gh_channels_b: REFILLED,
  gh_country: ASKED,
  gh_identity: 'Who plays is not known while control is away, until they open again.',
  gh_slots: 'Places taken while control is away are free again.',
  gh_manifests: 'Manifests are fetched anew.',
  gh_long_manifests: 'Long manifests are fetched anew.',
  gh_flights: 'Each viewer who waits for a manifest fetches it himself.',
  gh_ring: `Sessions in use are reported again. ${STREAMS}`,
  gh_app_questions: 'What apps ask is counted from nothing.',
  gh_guesses: 'Guesses are counted from nothing.',
  gh_stream_requests: 'Requests for streams are counted from nothing.',
  gh_player_connections: 'Connections are counted from nothing.',
  gh_lists: 'Lists are fetched again.',
  gh_pictures: 'Pictures are fetched again.',
  gh_segments: 'Segments are fetched again.',
}

/** The setting that a zone's size comes from, of those that lose nothing when they are full. */
export const ZONE_SETTINGS: Readonly<Record<string, string>> = {
  gh_leases: 'edge.zones.leases_mb',
  gh_streams: 'edge.zones.leases_mb',
  gh_slots: 'edge.zones.leases_mb',
  gh_bans: 'edge.zones.bans_mb',
  gh_networks_a: 'edge.zones.networks_mb',
  gh_networks_b: 'edge.zones.networks_mb',
  gh_channels_a: 'edge.zones.channels_mb',
  gh_channels_b: 'edge.zones.channels_mb',
}
