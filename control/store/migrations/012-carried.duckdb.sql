-- A play counts on every day it ran: where it began in plays, on the days after in carried. Roll-ups are counted anew once.
alter table days add column carried bigint default 0;
alter table days_account add column carried bigint default 0;
