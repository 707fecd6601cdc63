-- What its owner or maker calls the player, where the source says.
alter table plays add column player text;
