-- Who watched at all, by blocks of 32 days: counting the viewers of a year must not read every account's every day.
create table viewers (
  block bigint not null,
  number bigint not null,
  first_day bigint not null,
  last_day bigint not null,
  primary key (block, number)
);

insert into viewers
select day >> 5, number, min(day), max(day) from days_account where plays > 0 group by day >> 5, number;
