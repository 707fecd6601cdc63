-- A media server's pseudo user (id 0, Local, System or none) is no account: its plays have a key below 0, and none of
-- what is counted by account counts it.
update plays set account_key = -1 - account_key
where account_key >= 0 and regexp_matches(account, '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$', 'i');

update days as t set viewers = t.viewers - c.n
from (
  select day, count(*) as n from days_account
  where plays + carried > 0 and regexp_matches(key, '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$', 'i') group by day
) as c
where t.day = c.day and t.dimension = 'total';

delete from viewers where number in (
  select number from days_account where regexp_matches(key, '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$', 'i')
);

delete from days_account where regexp_matches(key, '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$', 'i');

delete from server_users where regexp_matches(account, '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$', 'i');
