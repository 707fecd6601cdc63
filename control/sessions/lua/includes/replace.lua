-- A device's new opening takes its own session's place: njs/domain/limits/replace.ts.
local function release(one, reason, now, fx)
  makeGhost(one, reason, now, fx)
  table.insert(fx.drop, one.key)
end

local function giveUp(one, now, fx)
  one.slot.out = now
  release(one, 'session.superseded', now, fx)
end

local function isSamePlay(slot, claim)
  if slot.ch ~= claim.ch or slot.net ~= claim.net then return false end
  if claim.tok then return slot.tok == claim.tok end
  return slot.dev == claim.dev and slot.dl == claim.dl
end

local function isOlder(a, b)
  if a.slot.opened ~= b.slot.opened then return a.slot.opened < b.slot.opened end
  return a.key < b.key
end

-- The device's earlier session on the channel; with `sinceMs` only one whose opening was asked within it.
local function earlierPlay(state, claim, now, sinceMs)
  local first
  for _, one in ipairs(heldSlots(state, true)) do
    local isRecent = not sinceMs or now - one.slot.asked < sinceMs
    if isSamePlay(one.slot, claim) and isRecent and (not first or isOlder(one, first)) then first = one end
  end
  return first
end

local function samePress(state, claim, now)
  return not claim.fixed and earlierPlay(state, claim, now, CLOCKS.press) or nil
end
