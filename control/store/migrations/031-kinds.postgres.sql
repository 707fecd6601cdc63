-- Roll-ups of devices, edges and deliveries.
create or replace function dimension_number(name text) returns smallint language sql immutable as $$
  select array_position(array['total', 'channel', 'country', 'account', 'point', 'device', 'edge', 'delivery'], name)::smallint
$$;

create or replace function dimension_name(number smallint) returns text language sql immutable as $$
  select (array['total', 'channel', 'country', 'account', 'point', 'device', 'edge', 'delivery'])[number]
$$;
