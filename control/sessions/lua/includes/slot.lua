-- A session's slot, and answers about it: njs/domain/limits/seat.ts.
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
