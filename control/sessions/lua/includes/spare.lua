-- Sessions that are probably over, and refusals without a ban: njs/domain/limits/spare.ts.
local function isLikelyOver(slot, now)
  if slot.started == 0 then return now - slot.opened >= CLOCKS.probe end
  return now - requestedAt(slot) >= CLOCKS.quiet
end

-- `all`: the counting sessions.
local function isLeft(slot, all, now)
  if slot.started == 0 or not isLikelyOver(slot, now) then return false end
  for _, one in ipairs(all) do
    local other = one.slot
    local isNewer = other.dev == slot.dev and other.opened > slot.opened
    if isNewer and requestedAt(slot) <= other.opened + CLOCKS.overlap then return true end
  end
  return false
end

local function isTryingChannels(state, candidate, now)
  local ending = '|' .. candidate.dev
  for key, till in pairs(state.devices) do
    local isRecent = till - state.limits.banMs > now - CLOCKS.walk
    if isRecent and string.sub(key, -#ending) == ending then return true end
  end
  return false
end

local function isExemptFromBan(state, candidate, now)
  if isTryingChannels(state, candidate, now) then return true end
  local fading = {}
  for _, one in ipairs(heldSlots(state, true)) do
    if one.slot.dev == candidate.dev or isLikelyOver(one.slot, now) then fading[one.key] = true end
  end
  return next(fading) ~= nil and hasRoom(state, candidate, fading, now)
end

-- `isCrowd` of njs/domain/limits/replace.ts.
local function isCrowd(state, claim)
  local ending, others = '|' .. kinOf(claim) .. '|again', 0
  for key in pairs(state.rivals) do
    if key ~= claim.ch .. ending and string.sub(key, -#ending) == ending then others = others + 1 end
  end
  return others >= KEPT.crowd
end
