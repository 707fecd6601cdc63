-- Opening under a hard cap: njs/domain/limits/open.ts.
local function refuseHard(state, order, now, fx)
  local claim = order.claim
  local candidate, own = slotOf(claim, now), ownKeys(state, claim.dev)
  local verdict, till = refuseForRoom(state, candidate, now), now + state.limits.banMs
  -- The device's own last session is still ending: no ban.
  if next(own) and hasRoom(state, candidate, own, now) then
    if not order.hasWaited then return { 'settle', CLOCKS.traffic } end
    return refused(verdict[2], now + CLOCKS.traffic)
  end
  if isExemptFromBan(state, candidate, now) then return refused(verdict[2], now + CLOCKS.traffic) end
  noteDevice(state, candidate, { till = till, reason = verdict[2] }, fx)
  if claim.tok then state.devices[tokenKey(claim)] = till end
  return refused(verdict[2], till)
end

local function firstReserved(state, device)
  local first
  for _, one in ipairs(heldSlots(state, true)) do
    local isOwn = one.slot.dev == device and one.slot.started == 0
    if isOwn and (not first or one.slot.opened < first.slot.opened) then first = one end
  end
  return first
end

local function raceFor(state, one, order, now)
  local claim = order.claim
  local before = state.rush[claim.dev]
  local n = 1
  if before then n = before.n + (before.req == claim.req and 0 or 1) end
  state.rush[claim.dev] = { n = n, at = now, req = claim.req }
  if n > 1 then return 'lost' end
  if order.hasWaited or now - one.slot.opened >= CLOCKS.settle then return 'won' end
  return 'settle'
end

-- With `victim: oldest`: replaces the device's own sessions, else ends and bans the oldest of another device.
local function openOver(state, claim, now, fx)
  local candidate, own = slotOf(claim, now), {}
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev == claim.dev then own[#own + 1] = one end
  end
  table.sort(own, function(a, b)
    if a.slot.opened ~= b.slot.opened then return a.slot.opened < b.slot.opened end
    return a.key < b.key
  end)
  for _, one in ipairs(own) do
    if hasRoom(state, candidate, {}, now) then break end
    endReplaced(one, now, fx)
  end
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
end

local function openHard(state, order, now, fx)
  local claim = order.claim
  local candidate = slotOf(claim, now)
  if state.limits.victim == 'oldest' then return openOver(state, claim, now, fx) end
  if not hasRoom(state, candidate, {}, now) then
    local before = not isRivalOf(state, claim) and earlierPlay(state, claim)
    if before and hasRoom(state, candidate, { [before.key] = true }, now) then
      endReplaced(before, now, fx)
      state.slots[claim.key] = candidate
      return admitted(claim.key, candidate, false)
    end
    local one = firstReserved(state, claim.dev)
    if not one or not hasRoom(state, candidate, { [one.key] = true }, now) then
      return refuseHard(state, order, now, fx)
    end
    local race = raceFor(state, one, order, now)
    if race == 'settle' then return { 'settle', CLOCKS.settle } end
    order.hasWaited = order.hasWaited or race == 'lost'
    if race == 'lost' then return refuseHard(state, order, now, fx) end
    state.rush[claim.dev] = nil
    release(one, 'session.unstarted', now, fx)
  end
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
end
