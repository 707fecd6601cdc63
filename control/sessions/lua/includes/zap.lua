-- Whether an opening is a change of channels: `isZapping` of njs/domain/limits/seat.ts.
local function isGuilty(state, device)
  local ending = '|' .. device
  for key in pairs(state.devices) do
    if string.sub(key, -#ending) == ending then return true end
  end
  return false
end

local function isZapping(state, candidate, now)
  if state.tight - now > CLOCKS.lock or isGuilty(state, candidate.dev) then return false end
  local present, isFree = 0, false
  for _, slot in ipairs(slotsOf(heldSlots(state, false))) do
    local isPresent = slot.sup == 0 or requestedAt(slot) > slot.sup + CLOCKS.traffic
    if slot.dev == candidate.dev and isPresent then
      present = present + 1
      isFree = slot.sup == 0 and slot.firm == 0
    end
  end
  return present == 1 and isFree
end
