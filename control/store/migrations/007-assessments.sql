-- How likely each account is shared, and why, as last assessed.
create table assessments (
  account text primary key,
  name text,
  confidence float8 not null,
  flagged boolean not null,
  "at" bigint not null,
  plays bigint not null,
  detail text
);
