--[[
  Answers for a genuine pass that an edge cannot answer alone: lost lease, other network, expired session.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  JSON {account, limits, claim, cloneKey, silentMs}
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  Output: {effects (JSON, empty = none), 'admitted', sid, key, leaseMs, isKnown, opened} | {effects, 'refused', reason, until}
]]
-- @include state count expire tidy shares judge slot seat zap room reseat roam
local stateKey, order, now = KEYS[1], cjson.decode(ARGV[1]), clock(ARGV[2])
local claim, cloneKey, fx = order.claim, order.cloneKey, newEffects()
local state = knownState(stateKey) or newState(order.account, order.limits)

local function isV6(net) return string.find(net, ':', 1, true) ~= nil end

local function pairUp(slot)
  if isV6(slot.net) == isV6(claim.net) or slot.player ~= claim.player then return end
  local six, four = slot.net, claim.net
  if isV6(claim.net) then six, four = claim.net, slot.net end
  local known = state.pairs[six]
  if known and known.net ~= four then return end
  for _, pair in pairs(state.pairs) do
    if not known and pair.net == four then return end
  end
  state.pairs[six] = { net = four, ['until'] = now + CLOCKS.pair }
end

local function silenceOf(slot)
  if order.silentMs >= 0 and slot.edge == claim.edge then return order.silentMs end
  return now - slot.seen - CLOCKS.report
end

local function fromElsewhere(slot)
  local clone, ended = state.slots[cloneKey], state.refused[cloneKey]
  if clone and clone.gone == 0 then
    touch(state, clone, claim.edge, now)
    return admitted(cloneKey, clone, true)
  end
  if ended then return refused(ended.reason, ended['until']) end
  if silenceOf(slot) >= state.limits.takeoverMs or mayRoam(state, slot, claim, now) then
    slot.net, slot.dev, slot.info, slot.kin = claim.net, claim.dev, claim.info, kinOf(claim)
    touch(state, slot, claim.edge, now)
    table.insert(fx.drop, claim.key)
    return admitted(claim.key, slot, true)
  end
  pairUp(slot)
  local verdict = reseat(state, cloneKey, slotOf(claim, now), now)
  if verdict[1] == 'refused' and verdict[2] ~= 'ban.device' then verdict[2] = 'session.cloned' end
  return verdict
end

-- A pass whose session its own device has replaced: `returnOfReplaced` of njs/domain/limits/limits.ts.
local function returnOfReplaced(slot)
  noteReturn(state, slot, now)
  local verdict = reseat(state, claim.key, slotOf(claim, now), now)
  if verdict[1] == 'refused' and verdict[2] == 'cap.streams' then verdict[2] = 'session.superseded' end
  return verdict
end

local function decide()
  local ended, slot = state.refused[claim.key], state.slots[claim.key]
  if ended then return refused(ended.reason, ended['until']) end
  if slot and slot.out > 0 then return returnOfReplaced(slot) end
  if not slot or slot.gone > 0 then return reseat(state, claim.key, slotOf(claim, now), now) end
  if slot.net ~= claim.net then return fromElsewhere(slot) end
  touch(state, slot, claim.edge, now)
  return admitted(claim.key, slot, true)
end

expire(state, now, fx)
local verdict = decide()
judge(state, now, fx)
tidy(state, now, fx)
saveState(stateKey, state, now)
return { effectsText(fx), unpack(verdict) }
