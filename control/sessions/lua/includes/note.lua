-- Notes sessions in the index. From ARGV[first] on: Unix ms, leaseMs, sessionMs, setMs, liveMs, key of the channels, number of sets to live on for liveMs, these sets,
-- and ten of each session: lease key, text, session key, member, until, live set, channel set, channel or "", network set, download set or "".
-- Answers how many there were.
local function noteSessions(first)
  local now, leaseMs, sessionMs, setMs, liveMs, channels, kept = unpack(ARGV, first, first + 6)
  local isTurn = tonumber(now) % 8 < 1
  local rows = first + 7 + tonumber(kept)

  -- Now and then, members that were not refreshed are removed from the set of a download or network.
  local function addTo(set, member)
    redis.call('ZADD', set, now, member)
    if isTurn then redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', tonumber(now) - tonumber(setMs))) end
    redis.call('PEXPIRE', set, setMs)
  end

  for at = rows, #ARGV, 10 do
    local lease, text, session, member, till, live, channelSet, channel, network, download = unpack(ARGV, at, at + 9)
    redis.call('SET', lease, text, 'PX', leaseMs)
    redis.call('SET', session, member, 'PX', sessionMs)
    redis.call('ZADD', live, till, member)
    redis.call('ZADD', channelSet, till, member)
    if channel ~= '' then redis.call('ZADD', channels, now, channel) end
    addTo(network, member)
    if download ~= '' then addTo(download, member) end
  end
  for at = first + 7, rows - 1 do redis.call('PEXPIRE', ARGV[at], liveMs) end
  return (#ARGV - rows + 1) / 10
end
