-- Notes sessions in the index. `order`: {now: Unix ms, leaseMs, sessionMs, setMs, liveMs, channels: key, sessions: rows of lease key, text,
-- session key, member, until, live set, channel set, channel, network set, download set or ""}
local function noteSessions(order)
  local now = string.format('%.0f', order.now)
  local old, due = string.format('%.0f', order.now - order.setMs), {}

  -- Removes members that were not refreshed from the set of a download or network.
  local function addTo(set, member)
    redis.call('ZADD', set, now, member)
    redis.call('ZREMRANGEBYSCORE', set, '-inf', old)
    redis.call('PEXPIRE', set, order.setMs)
  end

  local function score(set, value, member)
    redis.call('ZADD', set, value, member)
    due[set] = true
  end

  for _, one in ipairs(order.sessions) do
    local member, till = one[4], string.format('%.0f', one[5])
    redis.call('SET', one[1], one[2], 'PX', order.leaseMs)
    redis.call('SET', one[3], member, 'PX', order.sessionMs)
    score(one[6], till, member)
    score(one[7], till, member)
    score(order.channels, now, one[8])
    addTo(one[9], member)
    if one[10] ~= '' then addTo(one[10], member) end
  end
  for set in pairs(due) do redis.call('PEXPIRE', set, order.liveMs) end
end
