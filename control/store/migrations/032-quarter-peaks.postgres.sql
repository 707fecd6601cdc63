-- The most plays at once in a quarter of an hour, and when that was reached first (ms after its beginning); null until it is counted.
-- Plays of more than two days are left out, as of all that quarters count.
alter table quarters add column peak integer, add column peak_at integer;

create index quarters_uncounted on quarters (quarter) where peak is null;
