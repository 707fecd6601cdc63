-- Counting of streams and networks: njs/domain/limits/count.ts.
local function homeOf(state, net)
  local pair = state.pairs[net]
  return pair and pair.net or net
end

local function streamOf(state, slot)
  if state.limits.sameChannel == 'once' then return slot.ch end
  return slot.sid .. '|' .. homeOf(state, slot.net)
end

-- Key of the token's ban that a hard cap sets besides the device's.
local function tokenKey(claim) return claim.ch .. '|' .. claim.net .. '#' .. (claim.tok or '') end

-- Sessions as {key, slot} in key order; `counting` leaves the superseded out.
local function heldSlots(state, counting)
  local held = {}
  for _, key in ipairs(sortedKeys(state.slots)) do
    local slot = state.slots[key]
    if slot.gone == 0 and not (counting and slot.sup > 0) then
      held[#held + 1] = { key = key, slot = slot }
    end
  end
  return held
end

-- Time of a session's last request, by reports and the traffic log.
local function requestedAt(slot) return math.max(slot.seen, slot.used - CLOCKS.traffic) end

local function slotsOf(held)
  local slots = {}
  for _, one in ipairs(held) do slots[#slots + 1] = one.slot end
  return slots
end

local function tally(state, slots)
  local streams, networks = {}, {}
  local count = { streams = 0, networks = 0 }
  for _, slot in ipairs(slots) do
    local stream, home = streamOf(state, slot), homeOf(state, slot.net)
    if not streams[stream] then
      streams[stream] = true
      count.streams = count.streams + 1
    end
    if not networks[home] then
      networks[home] = true
      count.networks = count.networks + 1
    end
  end
  return count
end

local function fits(state, count)
  local limits = state.limits
  return (limits.maxStreams == 0 or count.streams <= limits.maxStreams)
    and (limits.maxNetworks == 0 or count.networks <= limits.maxNetworks)
end

local function isWithinCaps(state)
  return fits(state, tally(state, slotsOf(heldSlots(state, true))))
end
