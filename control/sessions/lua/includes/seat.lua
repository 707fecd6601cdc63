-- Giving slots to sessions: njs/domain/limits/seat.ts.
-- What an opening looks like apart from its playback id.
local function kinOf(claim) return claim.kin or claim.dev end

local function slotOf(claim, now)
  local slot = copy(claim)
  slot.kin = kinOf(claim)
  slot.key, slot.fixed, slot.tok = nil, nil, claim.tok or ''
  slot.opened, slot.asked, slot.started, slot.seen = now, now, 0, now
  slot.sup, slot.firm, slot.gone, slot.out = 0, 0, 0, 0
  slot.bytes, slot.reqs, slot.used = 0, 0, 0
  return slot
end

local function admitted(key, slot, isKnown)
  return { 'admitted', slot.sid, key, slot.idle, isKnown and 1 or 0, slot.opened }
end

local function refused(reason, till) return { 'refused', reason, till } end

local function touch(state, slot, edge, now)
  slot.seen = math.max(slot.seen, now)
  if slot.started == 0 then slot.started = now end
  slot.edge = edge
  if slot.sup == 0 or now - slot.sup < state.limits.supersedeMs then return end
  local since = slot.sup
  slot.sup, slot.firm = 0, since
  if state.over > 0 or isWithinCaps(state) then return end
  -- The account has exceeded its cap since the opening that superseded it.
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev ~= slot.dev then since = math.max(since, one.slot.opened) end
  end
  state.over = since
end

local function ownKeys(state, device)
  local own = {}
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev == device then own[one.key] = true end
  end
  return own
end
