--[[
  Ends what is silent in several accounts' states; only where one server has all keys.
  ARGV[1]  JSON, the keys of the states
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  Output: effects of each (JSON, empty = none)
]]
-- @include state count expire tidy shares judge relax
local now, answers = clock(ARGV[2]), {}
for at, stateKey in ipairs(cjson.decode(ARGV[1])) do
  local state, fx = knownState(stateKey), newEffects()
  if state then
    expire(state, now, fx)
    judge(state, now, fx)
    relax(state)
    tidy(state, now, fx)
    saveState(stateKey, state, now)
  end
  answers[at] = effectsText(fx)
end
return answers
