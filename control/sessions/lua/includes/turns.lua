-- Which sessions an opening replaces, and rivals, which replace none: njs/domain/limits/replace.ts.
local function rivalKey(channel, kin) return channel .. '|' .. kin end

local function isTakingTurns(state, from, to, now)
  local before, n = state.swaps[from.kin], 1
  local isBack = before and before.from == to and before.to == from.ch
  if isBack then n = before.n + (before.told and KEPT.contested or 1) end
  if n > KEPT.turns then return true end
  state.swaps[from.kin] = { from = from.ch, to = to, n = n, at = now }
  return false
end

local function replaceable(state, claim, now)
  local found = {}
  local function rank(slot)
    if slot.kin ~= kinOf(claim) then return 2 end
    return slot.started == 0 and 0 or 1
  end
  local counting = heldSlots(state, true)
  for _, one in ipairs(counting) do
    local slot = one.slot
    local isProbe = slot.started == 0 and isLikelyOver(slot, now)
    if slot.kin == kinOf(claim) or isProbe or isLeft(slot, counting, now) then found[#found + 1] = one end
  end
  table.sort(found, function(a, b)
    local x, y = rank(a.slot), rank(b.slot)
    if x ~= y then return x < y end
    return isOlder(a, b)
  end)
  return found
end

local function keysBut(leaving, left)
  local keys = {}
  for _, one in ipairs(leaving) do keys[one.key] = one ~= left or nil end
  return keys
end

-- The fewest sessions whose replacement makes room; nil where even all of them would not.
local function sessionsToReplace(state, claim, now)
  local candidate, leaving = slotOf(claim, now), {}
  for _, one in ipairs(replaceable(state, claim, now)) do
    leaving[#leaving + 1] = one
    if hasRoom(state, candidate, keysBut(leaving), now) then
      local needed = {}
      for _, other in ipairs(leaving) do
        if other == one or not hasRoom(state, candidate, keysBut(leaving, other), now) then
          needed[#needed + 1] = other
        end
      end
      return needed
    end
  end
  return nil
end

local function firstOwn(leaving, kin)
  for _, one in ipairs(leaving or {}) do if one.slot.kin == kin then return one.slot end end
end

local function openReplacing(state, claim, now, fx)
  local candidate = slotOf(claim, now)
  if not hasRoom(state, candidate, {}, now) then
    local rival, leaving = rivalKey(claim.ch, kinOf(claim)), sessionsToReplace(state, claim, now)
    local own = firstOwn(leaving, kinOf(claim))
    local isOther = own and (own.ch ~= claim.ch or own.dev ~= claim.dev)
    local isRival = own and state.rivals[rival]
      or isOther and (isCrowd(state, claim) or isTakingTurns(state, own, claim.ch, now))
    if isRival then state.rivals[rival], state.rivals[rival .. '|again'] = now + CLOCKS.rival, now + CLOCKS.rival end
    if not leaving or isRival then return refuseForRoom(state, candidate, now) end
    for _, one in ipairs(leaving) do
      local isProbe = one.slot.kin ~= kinOf(claim) and one.slot.started == 0
      if isProbe then release(one, 'session.unstarted', now, fx) else endReplaced(one, now, fx) end
    end
  end
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
end
