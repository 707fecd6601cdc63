--[[
  Notes sessions in the index, many at once; its keys come as arguments, and so it is no script for a Cluster.
  ARGV     as in includes/note.lua
  Output: number of sessions noted
]]
-- @include note
return noteSessions(1)
