-- Gives a slot to a session that plays already: `reseat` of njs/domain/limits/seat.ts.
local function reseat(state, key, candidate, now)
  local banned = state.devices[candidate.ch .. '|' .. candidate.dev]
  if banned then return refused('ban.device', banned) end
  local ghost = state.slots[key]
  if not hasRoom(state, candidate, {}, now) then return refuseForRoom(state, candidate, now) end
  local slot = copy(candidate)
  slot.started, slot.seen, slot.sup, slot.firm, slot.gone, slot.out = now, now, 0, 0, 0, 0
  if ghost then
    slot.firm = math.max(ghost.sup, ghost.firm, 0)
    slot.opened, slot.bytes, slot.reqs = ghost.opened, ghost.bytes, ghost.reqs
    slot.used = ghost.used
    if ghost.started > 0 then slot.started = ghost.started end
  end
  state.slots[key] = slot
  return admitted(key, slot, ghost ~= nil)
end

-- Notes that a replaced session is still requested: `noteReturn` of njs/domain/limits/replace.ts.
local function noteReturn(state, slot, now)
  if now - slot.out >= CLOCKS.overlap then
    state.rivals[slot.ch .. '|' .. slot.kin] = now + CLOCKS.rival
  end
  local swap = state.swaps[slot.kin]
  if swap and swap.from == slot.ch and now - slot.out >= CLOCKS.stray then swap.told = true end
end
