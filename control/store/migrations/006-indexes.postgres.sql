-- A server with many writers needs them; the embedded engine scans these tables in under a millisecond.
create unique index tokens_hash on tokens (hash) where kind = 'token';
create unique index tokens_username on tokens (username) where kind = 'xtream' and revoked_at is null;
create unique index accounts_name on accounts (name);
create index tokens_account on tokens (account_id);
create index downloads_account on downloads (account);
create index audit_at on audit ("at");
create index findings_at on findings ("at");
create index findings_account on findings (account, "at");
create index trust_account on trust (account, "at");
