-- A media server's pseudo user (id 0, Local, System or none) is no account: its plays have a key below 0, and none of
-- what is counted by account counts it.
update play_accounts set account_key = -1 - account_key
where account_key >= 0 and account ~* '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$';

create temporary table pseudo_users on commit drop as
select id from counted_keys
where dimension = dimension_number('account') and key ~* '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$';

update viewer_bits as t set accounts = t.accounts & ~p.accounts
from (select id >> 12 as part, bit_or(bit_of_account(id)) as accounts from pseudo_users group by 1) as p
where t.part = p.part and bit_count(t.accounts & p.accounts) > 0;

update quarter_viewers as t set accounts = t.accounts & ~p.accounts
from (
  select id >> 12 as part, bit_or(bit_of_quarter(id, quarter)) as accounts
  from pseudo_users cross join generate_series(0::bigint, 3) as g (quarter) group by 1
) as p
where t.part = p.part and bit_count(t.accounts & p.accounts) > 0;

update day_viewers as t set viewers = c.viewers
from (select day, sum(bit_count(accounts)) as viewers from viewer_bits group by day) as c
where t.day = c.day and t.viewers <> c.viewers;

delete from roll_ups where key in (select id from pseudo_users);
delete from counted_keys where id in (select id from pseudo_users);

delete from server_users where account ~* '^(?:(?:backend|server):.*:)?\s*(?:[0-]*|local|system)\s*$';
