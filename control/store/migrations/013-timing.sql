-- What a source leaves open of a play's times: only its end told, several sittings in one row, a row of no length.
alter table plays add column timing text;
