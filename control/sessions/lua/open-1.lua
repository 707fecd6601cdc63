--[[
  Opens a session of one account, or says why not. The same `req` sent again gets the same slot.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  the state of an account with this session alone, JSON as in includes/fresh.lua, without the times of the slot
  ARGV[2]  the longer one of the slot's reservation and of its silence, ms
  ARGV[3]  JSON {key, tok, fixed, hasWaited}
  ARGV[4]  clock in Unix ms for tests; empty = Redis TIME
  ARGV[5]  begins how a new session is noted in the index, as in includes/note.lua; missing in a Cluster
  Output: {'', 'opened', opened} of whom nothing was known | {effects (JSON, empty = none), 'admitted', sid, key, leaseMs, isKnown, opened}
    | {effects, 'refused', reason, until} | {effects, 'settle', waitMs}
]]
-- @include state fresh slot note
local stateKey, now = KEYS[1], clock(ARGV[4])
local state = knownState(stateKey)

-- Of whom nothing is known, nothing refuses: no cap is below one, and the rest need not be read.
if not state then
  saveFresh(stateKey, ARGV[1], tonumber(ARGV[2]), now)
  if ARGV[5] then noteSessions(5) end
  return { '', 'opened', now }
end

local order, fx, made = cjson.decode(ARGV[3]), newEffects(), knownFresh(ARGV[1])
local claim = made.slots[order.key]
claim.key, claim.tok, claim.fixed = order.key, order.tok, order.fixed
order.claim, order.limits, order.account = claim, made.limits, made.account

local function answer(verdict)
  saveState(stateKey, state, now)
  if ARGV[5] and verdict[1] == 'admitted' and verdict[5] == 0 then noteSessions(5) end
  return { effectsText(fx), unpack(verdict) }
end

-- @include count expire tidy shares judge seat zap room spare replace turns hard soft
local function openBy(limitation)
  if limitation == 'soft' then return openSoft(state, claim, now) end
  if limitation == 'replace' then return openReplacing(state, claim, now, fx) end
  return openHard(state, order, now, fx)
end

-- Who has given up its first opening does not end it.
local function askAgain(slot)
  slot.asked = math.max(now, slot.opened + 1)
end

local function open()
  for _, one in ipairs(heldSlots(state, false)) do
    if one.slot.req == claim.req then
      if one.key ~= claim.key then askAgain(one.slot) end
      return admitted(one.key, one.slot, true)
    end
  end
  local ended, same = state.refused[claim.key], state.slots[claim.key]
  if ended then return refused(ended.reason, ended['until']) end
  local pressed = repeatedOpening(state, claim, now)
  if pressed then
    askAgain(pressed.slot)
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
