-- Frees silent sessions: `expire` of njs/domain/limits/expire.ts.
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
local function swapEnd(entry) return entry.at + (entry.told and CLOCKS.rival or CLOCKS.press) end

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
  purge(state.rivals, now, itself)
  purge(state.swaps, now, swapEnd)
end
