-- Opening under a soft cap: njs/domain/limits/open.ts.
-- `isBeyondExcess` of njs/domain/limits/open.ts.
local function isBeyondExcess(state, candidate, leaving, now)
  local cap = state.limits.maxStreams
  local isLate = state.over > 0 and now - state.over >= CLOCKS.rally
  if not isLate or cap == 0 or next(leaving) ~= nil then return false end
  local after = slotsOf(heldSlots(state, true))
  after[#after + 1] = candidate
  return tally(state, after).streams > cap + 1
end

local function openSoft(state, claim, now)
  local candidate, leaving = slotOf(claim, now), {}
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev == claim.dev and one.slot.firm == 0 then leaving[one.key] = true end
  end
  if isBeyondExcess(state, candidate, leaving, now) or not hasRoom(state, candidate, leaving, now) then
    return refuseForRoom(state, candidate, now)
  end
  for key in pairs(leaving) do state.slots[key].sup = now end
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
end
