/**
 * Every reason id of a refusal, the end of a session or an admission, with its explanation for operators.
 * The tables in docs/reference.md are generated from it.
 */
export const REASONS = {
  ok: 'Admitted.',
  'rule.allow_token': 'An `allow token` rule matched.',
  'rule.deny_token': 'A `deny token` rule matched.',
  'rule.allow_ip': 'An `allow ip` rule matched.',
  'rule.deny_ip': 'A `deny ip` rule matched.',
  'rule.allow_country': 'An `allow country` rule matched.',
  'rule.deny_country': 'A `deny country` rule matched.',
  'rule.allow_ua': 'An `allow ua` rule matched.',
  'rule.deny_ua': 'A `deny ua` rule matched.',
  'rule.allow_default': 'No rule matched and no backend answered; `allow default` admits.',
  'rule.no_match': 'No rule matched and there is no `allow default`.',
  'backend.allow': 'An auth backend allowed it.',
  'backend.redirect': 'An auth backend sent the player elsewhere.',
  'backend.deny': 'An auth backend refused it.',
  'backend.down': 'No auth backend answered and there is no `allow default`.',
  'backend.kept': 'No auth backend answered; the running session keeps its last decision.',
  'ticket.malformed': 'The ticket is not one of ours: wrong form or not canonical.',
  'ticket.signature': 'The ticket was changed or signed with a foreign key.',
  'ticket.expired': 'The ticket has expired; load the playlist again.',
  'ticket.not_yet': 'The ticket lies in the future: a clock is wrong.',
  'ticket.revoked': 'This download of the playlist was revoked.',
  'pass.malformed': 'The session address is not one of ours.',
  'pass.signature': 'The session address was changed or signed with a foreign key.',
  'pass.expired': 'The session address has expired.',
  'pass.channel': 'The session address belongs to another channel.',
  'token.missing': 'No ticket or token was presented and the group asks for one.',
  'token.unknown': 'The token is unknown.',
  'credentials.wrong': 'User name or password is wrong.',
  'credentials.flood': 'Too many wrong tokens or passwords from this network; wait.',
  'account.disabled': 'The account is disabled.',
  'account.expired': 'The account has expired.',
  'group.moved': 'The ticket was won from a network or country its holder is no longer in.',
  'group.unknown': 'The group no longer exists.',
  'group.none': 'No group takes this viewer and there is no default group.',
  'channel.unknown':
    'There is no such channel, or its list now names it otherwise; load the playlist again.',
  'channel.not_in_group': "The channel is not in the viewer's group.",
  'channel.surge': 'The group is narrowed for the time being and the channel left out.',
  'path.outside': "The address lies outside the session's channel.",
  'cap.streams': 'The account already plays as many streams as it may.',
  'cap.networks': 'The account already plays from as many networks as it may.',
  'cap.edge': 'The cap kept by this edge alone, while the control plane is away, is reached.',
  'session.unknown': 'The session is not known any more.',
  'session.idle': 'The session was silent too long.',
  'session.closed': 'The player closed the stream.',
  'session.superseded': 'The same device opened another channel.',
  'session.ended': 'An operator or a rule ended the session.',
  'session.unstarted': 'The session was opened but never played.',
  'session.cloned': 'The session address is used by too many players at once.',
  'ban.session': 'The session is banned.',
  'ban.device': 'The device is banned on this channel.',
  'ban.download': 'This download of the playlist is banned.',
  'ban.account': 'The account is banned.',
  'ban.network': 'The network is banned.',
  'origin.unreachable':
    'The edge gets no connection to the origin: it is down, behind a firewall, its name is not found, or its certificate is not one the edge trusts; `check` says which.',
  'origin.failed':
    'The origin took the connection and gave no whole answer: it stalls, breaks off, sends what is no HTTP, or answers 502 or 504 itself.',
  'origin.elsewhere':
    'The origin sends its viewers to a host that neither `origins` nor its `redirects` name.',
  'origin.redirect':
    'The redirections of the origin lead nowhere: in a circle, more than 20 in a row, to no address, or by a status that players do not follow.',
  'origin.unreadable':
    'The origin packs its manifest in a way the edge cannot unpack (zstd), it is damaged or none, or what came in place of a segment or stream is a manifest or a page.',
  'origin.unauthorized':
    'The origin asks for a login (401): its address in the list has none, or a wrong one.',
  'control.unavailable': 'The control plane cannot answer and the group fails closed.',
  'edge.not_ready': 'The edge has not received its keys, networks, channels or bans yet.',
  'edge.full': 'The shared memory of the edge is full; raise `edge.zones.leases_mb`.',
  'edge.busy':
    'The edge rewrites other long manifests, such as archives of a day, one after another, and this one would wait too long.',
  'request.malformed': 'The request is malformed.',
  'rate.limited': 'Too many requests; wait.',
} as const

export type ReasonId = keyof typeof REASONS

/**
 * Reason of a refusal by kind of ban: of a session, a device on a channel, a download of the playlist, an account or a
 * network.
 */
export const BAN_REASONS = {
  session: 'ban.session',
  device: 'ban.device',
  download: 'ban.download',
  account: 'ban.account',
  network: 'ban.network',
} as const satisfies Record<string, ReasonId>

/** What a ban is set on. */
export type BanKind = keyof typeof BAN_REASONS

const isBanKind = (value: string): value is BanKind => Object.hasOwn(BAN_REASONS, value)

/** Every kind of ban. */
export const BAN_KINDS: readonly BanKind[] = Object.keys(BAN_REASONS).filter(isBanKind)

/** Whether a text is a known reason id. */
export const isReasonId = (value: string): value is ReasonId => Object.hasOwn(REASONS, value)
