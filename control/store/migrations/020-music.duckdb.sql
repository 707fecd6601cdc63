-- Whether a play is music and nothing to watch.
alter table plays add column is_music boolean;
