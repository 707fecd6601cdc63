-- A state that was not touched since its account's first opening is kept as it was made, with a space before it: it is ended without being read.
local TIMES = '"opened":%.0f,"asked":%.0f,"seen":%.0f,"gone":'
local TIMED = '"opened":(%d+),"asked":%d+,"seen":%d+,"gone":0}}}$'
local TIMED_LENGTH = 120

local function withTimes(head, at) return head .. string.format(TIMES, at, at, at) .. '0}}}' end

local function knownFresh(head) return cjson.decode(withTimes(head, 0)) end

local function saveFresh(key, head, longestMs, now)
  redis.call('SET', key, withTimes(head, now), 'PX', string.format('%.0f', longestMs + CLOCKS.ghost + SPARE_MS))
end

-- Ends the one session of a state that is as it was made, where it is due, and says so; nil where the state is another.
local function endFresh(key, text, now)
  local reserve = tonumber(text:match('^ {"limits":{"reserveMs":(%d+),') or nil)
  local opened = reserve and tonumber(text:sub(-TIMED_LENGTH):match(TIMED) or nil)
  if not opened or now >= opened + reserve + CLOCKS.ghost then return nil end
  if now < opened + reserve then return false end
  redis.call('SET', key, text:sub(2, -5) .. string.format('%.0f', now) .. '}}}', 'KEEPTTL')
  return true
end
