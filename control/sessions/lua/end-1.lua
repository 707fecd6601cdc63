--[[
  Ends sessions of one account; with `refuseMs` their keys are refused from now on.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  JSON {account, limits, keys: [key], reason, refuseMs, isUnused}
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  Output: {effects (JSON, empty = none), 'ended', number of live sessions ended}
]]
-- @include state count expire tidy shares judge
local stateKey, order, now = KEYS[1], cjson.decode(ARGV[1]), clock(ARGV[2])
local found, till, fx = 0, now + order.refuseMs, newEffects()
local state = knownState(stateKey) or newState(order.account, order.limits)

-- Nobody has played it, or asked for it again, since it was opened.
local function isUnused(slot) return slot.started == 0 and slot.asked == slot.opened end

local function endOne(key, slot)
  if slot and slot.gone == 0 then
    found = found + 1
    table.insert(fx.ended, { key = key, slot = slot, reason = order.reason })
  end
  state.slots[key] = nil
  if till > now then
    state.refused[key] = { ['until'] = till, reason = order.reason }
    table.insert(fx.kill, { key = key, ['until'] = till, reason = order.reason })
  end
end

expire(state, now, fx)
for _, key in ipairs(order.keys) do
  local slot = state.slots[key]
  if not order.isUnused or not slot or isUnused(slot) then endOne(key, slot) end
end
judge(state, now, fx)
tidy(state, now, fx)
saveState(stateKey, state, now)
return { effectsText(fx), 'ended', found }
