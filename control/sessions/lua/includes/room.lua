-- Whether there is room: `hasRoom` of njs/domain/limits/seat.ts.
-- Whether a superseded session certainly plays on beside its device's later one.
local function isConfirmed(state, slot, now)
  local limits = state.limits
  local least = math.max(slot.firm + limits.confirmMs, now - limits.supersedeMs)
  return slot.firm > 0 and requestedAt(slot) >= least
end

local function isTolerated(state, count, now)
  local limits = state.limits
  if state.probation > now then return false end
  if state.over == 0 or now - state.over < limits.supersedeMs then
    return (limits.maxStreams == 0 or count.streams <= 2 * limits.maxStreams)
      and (limits.maxNetworks == 0 or count.networks <= 2 * limits.maxNetworks)
  end
  local before = tally(state, slotsOf(heldSlots(state, true)))
  return count.streams <= before.streams and count.networks <= before.networks
end

local function hasSoftRoom(state, count, candidate, now)
  local limits, isBeside, live = state.limits, false, slotsOf(heldSlots(state, false))
  for _, slot in ipairs(live) do
    isBeside = isBeside or (slot.dev == candidate.dev and isConfirmed(state, slot, now))
  end
  local isZap, others = isZapping(state, candidate, now), { candidate }
  for _, slot in ipairs(live) do
    if not isZap or slot.dev ~= candidate.dev then others[#others + 1] = slot end
  end
  local served = tally(state, others).streams
  local function isBeyond(extra) return limits.maxStreams > 0 and served > limits.maxStreams + extra end
  if state.lock > now and isBeyond(0) then return false end
  if state.tight > now and isBeyond(1) then return false end
  if fits(state, count) then return true end
  local isStale = state.over > 0 and now - state.over >= limits.supersedeMs
  if isStale and isBeside and isBeyond(1) then return false end
  return isTolerated(state, count, now)
end

-- `leaving`: set of keys that would no longer count.
local function hasRoom(state, candidate, leaving, now)
  if #heldSlots(state, false) >= KEPT.live then return false end
  local after = {}
  for _, one in ipairs(heldSlots(state, true)) do
    if not leaving[one.key] then after[#after + 1] = one.slot end
  end
  after[#after + 1] = candidate
  local count = tally(state, after)
  if state.limits.limitation ~= 'soft' then return fits(state, count) end
  return hasSoftRoom(state, count, candidate, now)
end

local function refuseForRoom(state, candidate, now)
  local cap, after = state.limits.maxStreams, slotsOf(heldSlots(state, true))
  after[#after + 1] = candidate
  if state.limits.limitation == 'soft' and state.probation > now then
    state.probation = now + CLOCKS.probation
  end
  local count = tally(state, after)
  local isStreams = cap > 0 and count.streams > cap
  local isNetworks = not isStreams and not fits(state, count)
  return refused(isNetworks and 'cap.networks' or 'cap.streams', now + CLOCKS.retry)
end
