-- Tokens of the admin API with scopes, and second factors of people who sign in.
create table api_tokens (
  id text primary key,
  name text not null,
  hash text not null,
  scopes text not null,
  created_by text not null,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint
);

create table second_factors (
  operator text primary key,
  secret text not null,
  confirmed_at bigint,
  last_step bigint not null
);
