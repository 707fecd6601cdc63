-- What an edge sees of the player: whole User-Agent, playlist copy, Apple's playback id, protocol of the door.
alter table plays add column agent text;
alter table plays add column download text;
alter table plays add column playback text;
alter table plays add column door text;
