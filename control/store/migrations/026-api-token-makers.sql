-- Who made a token: the id of a person, '' of one who is gone, null where it was made with the token of the state folder or on the machine.
alter table api_tokens add column maker text;

update api_tokens set maker = coalesce(
  (select min(operators.id) from operators where operators.name = api_tokens.created_by), ''
) where created_by not in ('admin', 'cli', 'nobody') and created_by not like 'token:%';

update api_tokens set maker = (
  select min(other.maker) from api_tokens other where 'token:' || other.name = api_tokens.created_by
) where created_by like 'token:%';
