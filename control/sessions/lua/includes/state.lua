-- Loads and saves one account's state and holds the fixed clocks of njs/domain/limits/types.ts.
local CLOCKS = {
  ghost = 120000, lock = 95000, probation = 900000, retry = 10000,
  report = 20000, traffic = 2000, settle = 250, rush = 1000, rally = 12000, pair = 3600000,
  press = 15000, look = 3000, quiet = 12000, walk = 10000, overlap = 3000, rival = 60000, probe = 4000,
  stray = 100,
}
local KEPT = {
  live = 1000, superseded = 48, ghosts = 32, refused = 128, devices = 128, pairs = 16,
  rivals = 32, swaps = 32, crowd = 2, turns = 30, contested = 15,
}
local SPARE_MS = 60000

-- `override` is for tests; otherwise the time is Redis' own.
local function clock(override)
  if override ~= nil and override ~= '' then return tonumber(override) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function stateOf(text)
  local state = cjson.decode(text)
  -- Written by an older version.
  state.rivals, state.swaps = state.rivals or {}, state.swaps or {}
  for _, slot in pairs(state.slots) do
    slot.asked, slot.out, slot.tok, slot.kin = slot.asked or slot.opened, slot.out or 0, slot.tok or '', slot.kin or slot.dev
  end
  return state
end

local function knownState(key)
  local text = redis.call('GET', key)
  return text and stateOf(text)
end

local function newState(account, limits)
  return {
    account = account, limits = limits, slots = {}, refused = {}, devices = {},
    pairs = {}, rush = {}, rivals = {}, swaps = {}, over = 0, lock = 0, tight = 0, probation = 0,
  }
end

local function newEffects()
  return { ended = {}, kill = {}, drop = {}, devices = {} }
end

-- Empty where nothing else came of a step, as in most.
local function effectsText(fx)
  if next(fx.ended) or next(fx.kill) or next(fx.drop) or next(fx.devices) then return cjson.encode(fx) end
  return ''
end

-- The key expires shortly after the last entry; an account without entries has no key.
local function saveState(key, state, now)
  local last = math.max(state.lock, state.tight, state.probation)
  for _, slot in pairs(state.slots) do
    local silent = slot.seen + slot.idle
    last = math.max(last, silent + CLOCKS.ghost, slot.opened + state.limits.reserveMs + CLOCKS.ghost)
  end
  for _, entry in pairs(state.refused) do last = math.max(last, entry['until']) end
  for _, till in pairs(state.devices) do last = math.max(last, till) end
  for _, till in pairs(state.rivals) do last = math.max(last, till) end
  for _, pair in pairs(state.pairs) do last = math.max(last, pair['until']) end
  if last <= now then return redis.call('DEL', key) end
  redis.call('SET', key, cjson.encode(state), 'PX', string.format('%.0f', last - now + SPARE_MS))
end

local function copy(record)
  local twin = {}
  for name, value in pairs(record) do twin[name] = value end
  return twin
end

local function sortedKeys(record)
  local keys = {}
  for key in pairs(record) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end
