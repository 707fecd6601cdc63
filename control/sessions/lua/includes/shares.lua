-- Sessions by counted stream, and those that prove an excess: njs/domain/limits/judge.ts.
local function sharesOf(state, held, idOf)
  local byId, shares = {}, {}
  for _, one in ipairs(held) do
    local id = idOf(one.slot)
    local share = byId[id]
    if not share then
      share = { id = id, opened = one.slot.opened, held = {} }
      byId[id] = share
      shares[#shares + 1] = share
    end
    share.opened = math.min(share.opened, one.slot.opened)
    table.insert(share.held, one)
  end
  local newest = state.limits.victim == 'newest'
  table.sort(shares, function(a, b)
    if newest then a, b = b, a end
    if a.opened ~= b.opened then return a.opened < b.opened end
    return a.id < b.id
  end)
  return shares
end

local function provenExcess(state, now)
  local held, limits = {}, state.limits
  local isKnown = state.probation > now
  local since = state.over + (isKnown and -CLOCKS.report or limits.confirmMs)
  for _, one in ipairs(heldSlots(state, true)) do
    local slot, least = one.slot, since
    if not isKnown and slot.firm > 0 then least = math.max(since, slot.firm + limits.confirmMs) end
    local isPressing = slot.started > 0 and requestedAt(slot) >= least
    if limits.limitation ~= 'soft' or isPressing then held[#held + 1] = one end
  end
  return held
end
