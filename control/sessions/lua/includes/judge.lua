-- Detects an excess and ends it once it is proven: njs/domain/limits/judge.ts.
local function noteDevice(state, slot, penalty, fx)
  local ban = { account = state.account, channel = slot.ch, device = slot.dev }
  ban['until'], ban.reason = penalty.till, penalty.reason
  table.insert(fx.devices, ban)
  state.devices[slot.ch .. '|' .. slot.dev] = penalty.till
end

local function endAndBan(state, one, penalty, fx)
  local slot, till, reason = one.slot, penalty.till, penalty.reason
  table.insert(fx.ended, { key = one.key, slot = slot, reason = reason })
  table.insert(fx.kill, { key = one.key, ['until'] = till, reason = reason })
  noteDevice(state, slot, penalty, fx)
  state.slots[one.key] = nil
  state.refused[one.key] = { ['until'] = till, reason = reason }
end

local function recordExcess(state, victims, now, fx)
  local playing, isShared = {}, false
  for _, one in ipairs(heldSlots(state, true)) do playing[one.slot.dev] = true end
  for _, one in ipairs(victims) do isShared = isShared or playing[one.slot.dev] == true end
  if isShared or state.probation > now then state.lock = now + CLOCKS.lock end
  state.tight = math.max(state.tight, now + (isShared and CLOCKS.probation or CLOCKS.lock))
  state.probation = now + CLOCKS.probation
  for _, one in ipairs(heldSlots(state, false)) do
    if one.slot.sup > 0 then makeGhost(one, 'session.superseded', now, fx) end
  end
end

local function judge(state, now, fx)
  if isWithinCaps(state) then
    state.over = 0
    return
  end
  if state.over == 0 then state.over = now end
  local limits, victims, till = state.limits, {}, now + state.limits.banMs
  local function punish(cap, idOf, reason)
    if cap == 0 then return end
    local shares = sharesOf(state, provenExcess(state, now), idOf)
    for at = 1, #shares - cap do
      for _, one in ipairs(shares[at].held) do
        endAndBan(state, one, { till = till, reason = reason }, fx)
        victims[#victims + 1] = one
      end
    end
  end
  punish(limits.maxStreams, function(slot) return streamOf(state, slot) end, 'cap.streams')
  punish(limits.maxNetworks, function(slot) return homeOf(state, slot.net) end, 'cap.networks')
  if #victims == 0 then return end
  if limits.limitation == 'soft' then recordExcess(state, victims, now, fx) end
  if isWithinCaps(state) then state.over = 0 end
end
