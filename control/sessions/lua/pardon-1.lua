--[[
  Takes back what refuses: lease keys that were ended and devices the cap has banned on a channel.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  JSON {keys: lease keys, devices: channel|device}
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  Output: {effects (JSON, empty = none), 'pardoned', number of entries removed}
]]
-- @include state count expire
local stateKey, order, now = KEYS[1], cjson.decode(ARGV[1]), clock(ARGV[2])
local removed, fx = 0, newEffects()
local state = knownState(stateKey)
if not state then return { effectsText(fx), 'pardoned', 0 } end

expire(state, now, fx)
for _, key in ipairs(order.keys) do
  if state.refused[key] then removed = removed + 1 end
  state.refused[key] = nil
end
for _, device in ipairs(order.devices) do
  if state.devices[device] then removed = removed + 1 end
  state.devices[device] = nil
  -- Also the tokens that were banned with the device.
  local channel = string.match(device, '^[^|]*|') or ''
  for key in pairs(state.devices) do
    local isToken = string.sub(key, 1, #channel) == channel and string.find(key, '#', 1, true)
    if isToken then state.devices[key] = nil end
  end
end
saveState(stateKey, state, now)
return { effectsText(fx), 'pardoned', removed }
