--[[
  Opens a session of one account, or says why not. The same `req` sent again gets the same slot.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  JSON {account, limits, claim, hasWaited}
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  ARGV[3]  JSON, the order of includes/note.lua, by which a new session is noted in the index; missing in a Cluster
  Output: {effects (JSON, empty = none), 'admitted', sid, key, leaseMs, isKnown, opened} | {effects, 'refused', reason, until} | {effects, 'settle', waitMs}
]]
-- @include state slot note
local stateKey, order, now = KEYS[1], cjson.decode(ARGV[1]), clock(ARGV[2])
local claim, fx = order.claim, newEffects()
local state = knownState(stateKey)

local function answer(verdict)
  saveState(stateKey, state, now)
  if ARGV[3] and verdict[1] == 'admitted' and verdict[5] == 0 then noteSessions(cjson.decode(ARGV[3])) end
  return { effectsText(fx), unpack(verdict) }
end

-- Of whom nothing is known, nothing refuses: no cap is below one, and the rest need not be read.
if not state then
  state = newState(order.account, order.limits)
  local slot = slotOf(claim, now)
  state.slots[claim.key] = slot
  return answer(admitted(claim.key, slot, false))
end

-- @include count expire tidy shares judge seat zap room spare replace turns hard
-- `isBeyondExcess` of njs/domain/limits/open.ts.
local function isBeyondExcess(candidate, leaving)
  local cap = state.limits.maxStreams
  local isLate = state.over > 0 and now - state.over >= CLOCKS.rally
  if not isLate or cap == 0 or next(leaving) ~= nil then return false end
  local after = slotsOf(heldSlots(state, true))
  after[#after + 1] = candidate
  return tally(state, after).streams > cap + 1
end

local function openSoft(candidate)
  local leaving = {}
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev == claim.dev and one.slot.firm == 0 then leaving[one.key] = true end
  end
  if isBeyondExcess(candidate, leaving) or not hasRoom(state, candidate, leaving, now) then
    return refuseForRoom(state, candidate, now)
  end
  for key in pairs(leaving) do state.slots[key].sup = now end
  state.slots[claim.key] = candidate
  return admitted(claim.key, candidate, false)
end

local function openBy(limitation)
  if limitation == 'soft' then return openSoft(slotOf(claim, now)) end
  if limitation == 'replace' then return openReplacing(state, claim, now, fx) end
  return openHard(state, order, now, fx)
end

local function open()
  for _, one in ipairs(heldSlots(state, false)) do
    if one.slot.req == claim.req then return admitted(one.key, one.slot, true) end
  end
  local ended, same = state.refused[claim.key], state.slots[claim.key]
  if ended then return refused(ended.reason, ended['until']) end
  local pressed = repeatedOpening(state, claim, now)
  if pressed then
    pressed.slot.asked = now
    return admitted(pressed.key, pressed.slot, true)
  end
  -- An inferred session has the same key at every opening.
  if same and same.gone == 0 then
    touch(state, same, claim.edge, now)
    return admitted(claim.key, same, true)
  end
  local banned = state.devices[claim.ch .. '|' .. claim.dev] or state.devices[tokenKey(claim)]
  if banned then return refused('ban.device', banned) end
  endFirstLook(state, claim, now, fx)
  local verdict = openBy(state.limits.limitation)
  judge(state, now, fx)
  tidy(state, now, fx)
  return verdict
end

state.limits = order.limits
expire(state, now, fx)
return answer(open())
