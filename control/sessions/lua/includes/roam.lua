-- A phone takes its pass along to another network: `mayRoam` of njs/domain/limits/roam.ts.
local function markOf(state, begin)
  for _, name in ipairs(sortedKeys(state.rivals)) do
    if string.sub(name, 1, #begin) == begin then return name end
  end
  return nil
end

local function mayRoam(state, slot, claim, now)
  if state.limits.limitation ~= 'replace' or slot.player ~= claim.player then return false end
  local begin, back, till = claim.key .. '|from|', claim.key .. '|back', now + CLOCKS.rival
  local mark = markOf(state, begin)
  state.rivals[mark or (begin .. slot.net)] = till
  if not mark then return true end
  local isHome = mark == begin .. claim.net and not state.rivals[back]
  if isHome or state.rivals[back] then state.rivals[back] = till end
  return isHome
end
