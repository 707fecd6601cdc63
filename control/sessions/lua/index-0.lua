--[[
  Notes sessions in the index, many at once; its keys come in the order, and so it is no script for a Cluster.
  ARGV[1]  JSON, the order of includes/note.lua
  Output: number of sessions noted
]]
-- @include note
local order = cjson.decode(ARGV[1])
noteSessions(order)
return #order.sessions
