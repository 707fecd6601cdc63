-- Texts of the configuration that were in use, sealed: they may hold secrets.
create table config_versions (
  id text primary key,
  file text not null,
  "at" bigint not null,
  "by" text not null,
  note text,
  digest text not null,
  sealed text not null
);
