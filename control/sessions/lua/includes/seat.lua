-- Giving slots to sessions: njs/domain/limits/seat.ts.
local function touch(state, slot, edge, now)
  slot.seen = math.max(slot.seen, now)
  if slot.started == 0 then slot.started = now end
  slot.edge = edge
  if slot.sup == 0 or now - slot.sup < state.limits.supersedeMs then return end
  local since = slot.sup
  slot.sup, slot.firm = 0, since
  if state.over > 0 or isWithinCaps(state) then return end
  -- The account has exceeded its cap since the opening that superseded it.
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev ~= slot.dev then since = math.max(since, one.slot.opened) end
  end
  state.over = since
end

local function ownKeys(state, device)
  local own = {}
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev == device then own[one.key] = true end
  end
  return own
end
