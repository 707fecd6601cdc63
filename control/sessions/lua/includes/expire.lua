-- Frees silent sessions and bounds what is kept: njs/domain/limits-expire.ts.
local function makeGhost(one, reason, now, fx)
  table.insert(fx.ended, { key = one.key, slot = copy(one.slot), reason = reason })
  one.slot.gone = now
end

local function isDue(slot, limits, now)
  if slot.started > 0 then return now >= slot.seen + slot.idle end
  return now >= slot.opened + limits.reserveMs
end

local function purge(record, now, timeOf)
  for _, key in ipairs(sortedKeys(record)) do
    if timeOf(record[key]) <= now then record[key] = nil end
  end
end

local function untilOf(entry) return entry['until'] end
local function itself(entry) return entry end
local function rushEnd(entry) return entry.at + CLOCKS.rush end
local function goneOf(slot) return slot.gone end

local function trim(record, keep, timeOf)
  local keys = sortedKeys(record)
  if #keys <= keep then return end
  table.sort(keys, function(a, b)
    local x, y = timeOf(record[a]), timeOf(record[b])
    if x ~= y then return x < y end
    return a < b
  end)
  for at = 1, #keys - keep do record[keys[at]] = nil end
end

local function expire(state, now, fx)
  for _, one in ipairs(heldSlots(state, false)) do
    if isDue(one.slot, state.limits, now) then
      makeGhost(one, one.slot.started > 0 and 'session.idle' or 'session.unstarted', now, fx)
    end
  end
  purge(state.refused, now, untilOf)
  purge(state.devices, now, itself)
  purge(state.pairs, now, untilOf)
  purge(state.rush, now, rushEnd)
end

local function trimGhosts(state, now)
  local ghosts = {}
  for _, key in ipairs(sortedKeys(state.slots)) do
    local slot = state.slots[key]
    if slot.gone > 0 then
      state.slots[key] = nil
      if slot.gone + CLOCKS.ghost > now then ghosts[key] = slot end
    end
  end
  trim(ghosts, KEPT.ghosts, goneOf)
  for key, slot in pairs(ghosts) do state.slots[key] = slot end
end

local function trimSuperseded(state, now, fx)
  local held = {}
  for _, one in ipairs(heldSlots(state, false)) do
    if one.slot.sup > 0 then held[#held + 1] = one end
  end
  table.sort(held, function(a, b)
    if a.slot.sup ~= b.slot.sup then return a.slot.sup < b.slot.sup end
    return a.key < b.key
  end)
  for at = 1, #held - KEPT.superseded do makeGhost(held[at], 'session.superseded', now, fx) end
end

local function tidy(state, now, fx)
  trimSuperseded(state, now, fx)
  trimGhosts(state, now)
  trim(state.refused, KEPT.refused, untilOf)
  trim(state.devices, KEPT.devices, itself)
  trim(state.pairs, KEPT.pairs, untilOf)
end
