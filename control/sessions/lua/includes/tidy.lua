-- Limits the size of an account's state: `tidy` of njs/domain/limits/expire.ts.
local function goneOf(slot) return slot.gone end
local function atOf(entry) return entry.at end

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

-- Drops the lease of superseded sessions with traffic late in their grace: control is asked about their next request.
local function probe(state, now, fx)
  local grace = state.limits.supersedeMs
  for _, one in ipairs(heldSlots(state, false)) do
    local slot = one.slot
    local isDue = slot.sup > 0 and now - slot.sup >= grace
    if isDue and slot.firm == 0 and slot.used - slot.sup >= grace / 2 then
      slot.firm = -1
      table.insert(fx.drop, one.key)
    end
  end
end

local function tidy(state, now, fx)
  probe(state, now, fx)
  trimSuperseded(state, now, fx)
  trimGhosts(state, now)
  trim(state.refused, KEPT.refused, untilOf)
  trim(state.devices, KEPT.devices, itself)
  trim(state.pairs, KEPT.pairs, untilOf)
  trim(state.rivals, KEPT.rivals, itself)
  trim(state.swaps, KEPT.swaps, atOf)
end
