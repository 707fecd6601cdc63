import type { Statement } from '../blocks.ts'

/** Words of statements that restrict access: losing one of them would admit more viewers. */
const RESTRICTS =
  /auth|allow|den(?:y|ied)|limit|max_|session|token|key|password|countr|domain|on_play|secur|protect|drm|crypt|restrict|forbid|reject|require|verify|geo|login|access|referer|user_?agent|\bips?\b|on_publish|white_?list|black_?list|\bblock|\bban|\bpin|^disabled?$|^iptv$|^only|_only$|^except|^exclude|^protocols?$|secret|^clients?$|viewers|concurren|quota|^private$|^hidden$|expir|connections|firewall|hotlink|^vpn|^sign(?:ed|ature|_)|^acl|permi(?:t|ssion)|(?:^|_)ips?(?:_|$)|^devices$|^screens$|simultaneous|subscri|parental|^age$|^adult|^ppv$|^premium|^subnet|^cidr|^asn$|^isp$|maxconn|^until$|^valid|^blackout|^trusted|_per_|^config_external$|^no_(?:hls|dash|mss|mpegts|rtmp|rtsp|http|dvr)/i

/** Words that look like one of those. */
const LOOKS_SO = /^(?:retry_limit|author|keywords|key_?int|key_?frames?(?:_\w+)?)$/i

/** Ways of delivery, and of keeping what was delivered, that may be switched off. */
const DELIVERY =
  /^(?:hls|dash|mss|hds|cmaf|ll_?hls|(?:mpeg)?ts|tshttp|rtmps?|rtsps?|webrtc|srt|m4[sf]|mse(?:ld)?|m4f|mp4|shoutcast|icecast|play|player|embed|outputs?|download|dvr|catchup|timeshift|archive|export|publish_enabled)$/i
/** `off`, `hls=false`, `-hls`. */
const OFF = /(?:^|[=:])(?:off|false|no|none|0|disabled?)$|^[-!]\w/i

const isOff = ({ name, args }: Pick<Statement, 'name' | 'args'>, within: string): boolean => {
  const isSwitch = DELIVERY.test(within) && /^enabled?$/i.test(name)
  if (DELIVERY.test(within) && OFF.test(name)) return true
  return (isSwitch || DELIVERY.test(name)) && args.some(({ text }) => OFF.test(text))
}

/** `cluster_key=x`, behind whatever it stands. */
const isOption = (text: string): boolean => {
  const key = /^([a-z][\w-]*)=/i.exec(text)?.[1]
  return key !== undefined && RESTRICTS.test(key)
}

/** Whether a statement restricts access, as far as its words tell. */
export const restricts = (statement: Pick<Statement, 'name' | 'args'>, within = ''): boolean =>
  (RESTRICTS.test(statement.name) && !LOOKS_SO.test(statement.name)) ||
  isOff(statement, within) ||
  (/^(?:plugin|web_script)$/i.test(statement.name) &&
    RESTRICTS.test(statement.args[0]?.text ?? '')) ||
  statement.args.some(
    ({ text }) =>
      isOption(text) ||
      /^(?:auth|securetoken|iptv):\/\/|^(?:max_sessions|allowed_|disallowed_|soft_limitation|domains?)|^(?:deny|forbid|reject)$/i.test(
        text,
      ),
  )

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean))

/** Statements that say how video is taken in, kept, made and shown, and how the server is reached: without them nobody sees more. */
const HARMLESS = wordsOf(`
  http https rtmp rtmps rtsp rtsps srt srt_publish srt_play tshttp mysql snmp listen listeners listener port ports ssl_protocols
  ssl_ciphers ssl_certificate ssl_ca tls_protocols letsencrypt certificate server_id hostname uuid server name
  pulsedb pulse session_log sessions_log log logger logs loglevel log_level logrequests log_requests syslog access_log error_log
  event_sink notify notification events event email alerts alert
  plugin web_script web ui theme watcher retroview central vision epg
  include version license_server cdn geo_cache
  source peer balancer mode cluster_ingest cluster dvr_cache cache disk_cache cloud_cache segment_cache storage storages path
  read_queue prefetch read_ahead max_readahead readahead
  stream ondemand live vod file template publish rewrite aliaser alias redirect prefix url_prefix
  input inputs url urls backup fallback source_timeout timeout retry retry_limit retry_timeout client_timeout clients_timeout
  connect_timeout read_timeout idle_timeout no_clients_reconnect_delay static ondemand_timeout priority weight
  via interface iface udp rtp multicast group_multicast bind_interface pids program programs mpts dvb dvb_card dvb_cards
  adapter frontend frequency symbol_rate polarization diseqc bandwidth_hz modulation system
  title comment description author keywords meta metadata tags tag labels label position category provider language lang icon poster order
  mpegts_pids mpegts_program mpegts_ac3 mpegts_service mpegts_streams mpegts_sdt mpegts_ts pat pmt sdt nit eit pcr cbr
  segment_count segment_duration segments segments_count segment_size hls_segment_duration hls_scte35 hls_version hls_playlist
  chunk_duration part_duration gop gop_duration prepush no_prepush burst buffer buffer_size jitter latency low_latency
  add_audio_only audio_only audio video subtitles subs captions closed_captions cc ocr ttml webvtt teletext scte35 markers splicer
  thumbnails thumbnail thumb jpeg jpegs screenshots snapshot snapshots preview logo logos overlay text_overlay burn
  transcoder transcode vb ab vcodec acodec preset profile level fps size crop deinterlace scale hw deviceid gpu decoder encoder mbr
  abr bitrate bitrates resolution mixer mosaic playlist playlists silencedetect silence
  push pushes restream record records copy dvr dvrs root raid disk disks active depth replicate replication replica
  dvr_offline dvr_depth episodes catchup timeshift timelapse export
  on_start on_stop on_source_ready on_event
  webrtc webrtc_abr ice_servers stun turn rtp_timeout fec cmaf ll_hls hls dash mss hds m4s m4f mseld mse
  ads ad_inject ad vast preroll midroll postroll bumper pause_ad slate
  publish_enabled publishing download
`)

/** Blocks of which nothing decides who may watch, whatever else stands in them. */
const TECHNICAL = wordsOf(`
  transcoder transcode dvb dvb_card adapter plugin web_script logger log syslog event_sink notify input url push thumbnails thumbnail
  logo meta mixer mosaic playlist cache disk_cache raid balancer snmp epg ads ad_inject vision srt_publish srt_play http https rtmp
  rtmps rtsp rtsps srt mysql listen listeners listener http_listener mpegts_program hls dash webrtc cmaf segments pulsedb
`)

/** What stands alone: a path, a time, an address, a template’s name behind `@`. */
const IS_VALUE = /^(?:[\d/@.~]|\w+:\/\/)/

/** Whether losing a statement shows nobody more: only words that are known are taken for that. */
export const isHarmless = (
  { name, args }: Pick<Statement, 'name' | 'args'>,
  within: string,
): boolean =>
  HARMLESS.has(name.toLowerCase()) ||
  (/^(?:enabled?|on)$/i.test(name) && !args.some(({ text }) => OFF.test(text))) ||
  TECHNICAL.has(within.toLowerCase()) ||
  (within !== '' && IS_VALUE.test(name)) ||
  (within === 'dvr' && /^schedule$/i.test(name))
