-- Replacing a session by a new opening of its device: njs/domain/limits/replace.ts.
local function release(one, reason, now, fx)
  makeGhost(one, reason, now, fx)
  table.insert(fx.drop, one.key)
end

local function endReplaced(one, now, fx)
  one.slot.out = now
  release(one, 'session.superseded', now, fx)
end

local function isSamePlay(slot, claim)
  if slot.ch ~= claim.ch or slot.net ~= claim.net then return false end
  if claim.tok then return slot.tok == claim.tok end
  return slot.dev == claim.dev and slot.dl == claim.dl
end

local function isOtherPlayback(slot, claim)
  return slot.dev ~= claim.dev and slot.dev ~= slot.kin and claim.dev ~= kinOf(claim)
end

local function isFirstLook(state, slot, claim, now)
  if slot.started > 0 or now - slot.asked >= CLOCKS.look then return false end
  if state.limits.limitation == 'replace' and isOtherPlayback(slot, claim) then return false end
  if slot.ch ~= claim.ch or slot.net ~= claim.net then return false end
  if claim.tok then return slot.tok == claim.tok end
  return claim.dl ~= '' and slot.dl == claim.dl
end

local function isOlder(a, b)
  if a.slot.opened ~= b.slot.opened then return a.slot.opened < b.slot.opened end
  return a.key < b.key
end

local function firstOf(state, isWanted)
  local first
  for _, one in ipairs(heldSlots(state, true)) do
    if isWanted(one.slot) and (not first or isOlder(one, first)) then first = one end
  end
  return first
end

-- The device's earlier session on the channel, which a later opening replaces.
local function earlierPlay(state, claim)
  return firstOf(state, function(slot) return isSamePlay(slot, claim) end)
end

local function isRivalOf(state, claim) return state.rivals[claim.ch .. '|' .. kinOf(claim)] ~= nil end

local function repeatedOpening(state, claim, now)
  if claim.fixed or isRivalOf(state, claim) then return nil end
  return firstOf(state, function(slot)
    return (isSamePlay(slot, claim) and now - slot.asked < CLOCKS.press) or isFirstLook(state, slot, claim, now)
  end)
end

local function endFirstLook(state, claim, now, fx)
  if not claim.fixed then return end
  for _, one in ipairs(heldSlots(state, true)) do
    if isFirstLook(state, one.slot, claim, now) then endReplaced(one, now, fx) end
  end
end
