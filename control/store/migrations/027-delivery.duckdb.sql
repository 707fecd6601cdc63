-- How a media server delivered a play.
alter table plays add column delivery text;
