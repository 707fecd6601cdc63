-- People who sign in to the dashboard, and the browsers they are signed in with.
create table operators (
  id text primary key,
  name text not null,
  role text not null,
  password_hash text,
  created_at bigint not null,
  updated_at bigint not null
);

create table sign_ins (
  id text primary key,
  operator text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  address text not null,
  agent text not null
);
