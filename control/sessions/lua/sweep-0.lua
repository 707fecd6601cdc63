--[[
  Ends what is silent in several accounts' states; only where one server has all keys.
  ARGV[1]  clock in Unix ms for tests; empty = Redis TIME
  ARGV[2…] the keys of the states
  Output: of each the effects (JSON, empty = none), or the state with the one session that has ended unstarted, as in includes/fresh.lua
]]
-- @include state fresh count expire tidy shares judge relax
local now, answers = clock(ARGV[1]), {}

local function sweep(stateKey)
  local text = redis.call('GET', stateKey)
  if not text then return '' end
  local isEnded = endFresh(stateKey, text, now)
  if isEnded ~= nil then return isEnded and text or '' end
  local state, fx = stateOf(text), newEffects()
  expire(state, now, fx)
  judge(state, now, fx)
  relax(state)
  tidy(state, now, fx)
  saveState(stateKey, state, now)
  return effectsText(fx)
end

for at = 2, #ARGV do answers[at - 1] = sweep(ARGV[at]) end
return answers
