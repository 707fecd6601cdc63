-- Notes sessions in the index. `order`: {now: Unix ms, leaseMs, sessionMs, setMs, liveMs, keep: sets to live on for liveMs, channels: key,
-- sessions: rows of lease key, text, session key, member, until, live set, channel set, channel or "", network set, download set or ""}
local function noteSessions(order)
  local now, isTurn = string.format('%.0f', order.now), order.now % 8 < 1

  -- Now and then, members that were not refreshed are removed from the set of a download or network.
  local function addTo(set, member)
    redis.call('ZADD', set, now, member)
    if isTurn then redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', order.now - order.setMs)) end
    redis.call('PEXPIRE', set, order.setMs)
  end

  for _, one in ipairs(order.sessions) do
    local member, till = one[4], string.format('%.0f', one[5])
    redis.call('SET', one[1], one[2], 'PX', order.leaseMs)
    redis.call('SET', one[3], member, 'PX', order.sessionMs)
    redis.call('ZADD', one[6], till, member)
    redis.call('ZADD', one[7], till, member)
    if one[8] ~= '' then redis.call('ZADD', order.channels, now, one[8]) end
    addTo(one[9], member)
    if one[10] ~= '' then addTo(one[10], member) end
  end
  for _, set in ipairs(order.keep) do redis.call('PEXPIRE', set, order.liveMs) end
end
