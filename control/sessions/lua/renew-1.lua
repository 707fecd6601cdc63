--[[
  Keeps the sessions one edge has seen, counts their traffic, ends what exceeds. With nothing seen it only expires.
  KEYS[1]  state of the account (string, JSON)
  ARGV[1]  JSON {edge, seen: keys, traffic: rows of key, bytes, requests, total?; limits?}
  ARGV[2]  clock in Unix ms for tests; empty = Redis TIME
  Output: {effects (JSON, empty = none), 'renewed', JSON {unknown: [key], refused: [{key, until, reason}]}}
]]
-- @include state count expire tidy shares judge slot seat zap room reseat relax
local stateKey, order, now = KEYS[1], cjson.decode(ARGV[1]), clock(ARGV[2])
local answer, fx = { unknown = {}, refused = {} }, newEffects()
local state = knownState(stateKey)
if not state then
  answer.unknown = order.seen
  return { effectsText(fx), 'renewed', cjson.encode(answer) }
end

local function refuse(key, till, reason)
  table.insert(answer.refused, { key = key, ['until'] = till, reason = reason })
end

local function renew(key)
  local slot, ended = state.slots[key], state.refused[key]
  if ended then
    refuse(key, ended['until'], ended.reason)
  elseif not slot then
    table.insert(answer.unknown, key)
  elseif slot.gone == 0 then
    touch(state, slot, order.edge, now)
  else
    local candidate = copy(slot)
    candidate.edge = order.edge
    local verdict = reseat(state, key, candidate, now)
    if verdict[1] == 'refused' then refuse(key, verdict[3], verdict[2]) end
  end
end

if order.limits then state.limits = order.limits end
expire(state, now, fx)
for _, row in ipairs(order.traffic) do
  local slot = state.slots[row[1]]
  if slot then
    slot.bytes = row[4] and math.max(slot.bytes, row[2]) or slot.bytes + row[2]
    slot.reqs = slot.reqs + row[3]
    slot.used = now
  end
end
for _, key in ipairs(order.seen) do renew(key) end
judge(state, now, fx)
relax(state)
tidy(state, now, fx)
saveState(stateKey, state, now)
return { effectsText(fx), 'renewed', cjson.encode(answer) }
