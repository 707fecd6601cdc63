--[[
  Gives an account back what a control plane remembers of it, after Redis lost its data or was away.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  JSON of the remembered state
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  Output: {effects (JSON, empty = none), 'restored', number of sessions taken over}
]]
-- @include state count expire tidy
local stateKey, memory, now = KEYS[1], cjson.decode(ARGV[1]), clock(ARGV[2])
local taken, fx = 0, newEffects()
local hadState = redis.call('EXISTS', stateKey) == 1
local state = knownState(stateKey) or newState(memory.account, memory.limits)

for _, key in ipairs(sortedKeys(memory.slots)) do
  local mine, theirs = memory.slots[key], state.slots[key]
  if not theirs and not state.refused[key] then
    state.slots[key] = mine
    taken = taken + 1
  elseif theirs then
    theirs.seen = math.max(theirs.seen, mine.seen)
    theirs.bytes = math.max(theirs.bytes, mine.bytes)
    theirs.reqs = math.max(theirs.reqs, mine.reqs)
    theirs.used = math.max(theirs.used, mine.used)
    if theirs.started == 0 then theirs.started = mine.started end
  end
end
for key, entry in pairs(memory.refused) do
  if not state.refused[key] then
    state.refused[key] = entry
    state.slots[key] = nil
  end
end
for device, till in pairs(memory.devices) do
  state.devices[device] = math.max(state.devices[device] or 0, till)
end
for rival, till in pairs(memory.rivals or {}) do
  state.rivals[rival] = math.max(state.rivals[rival] or 0, till)
end
for net, pair in pairs(memory.pairs) do state.pairs[net] = state.pairs[net] or pair end
if not hadState then
  state.over, state.lock, state.tight, state.probation = memory.over, memory.lock, memory.tight, memory.probation
  state.rush, state.swaps = memory.rush, memory.swaps or {}
end
expire(state, now, fx)
tidy(state, now, fx)
saveState(stateKey, state, now)
return { effectsText(fx), 'restored', taken }
