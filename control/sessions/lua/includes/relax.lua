-- A device that plays one thing only is no longer known for a second one: `relax` of njs/domain/limits/limits.ts.
local function relax(state)
  local playing = {}
  local live = slotsOf(heldSlots(state, false))
  for _, slot in ipairs(live) do playing[slot.dev] = (playing[slot.dev] or 0) + 1 end
  for _, slot in ipairs(live) do
    if playing[slot.dev] == 1 then slot.firm = 0 end
  end
end
