-- How a media server delivered a play.
alter table play_kinds add column delivery text;

-- A view takes a new column only at its end.
create or replace view plays as
select f.key, a.account_key, k.source, coalesce(f.id, encode(f.id_bytes, 'hex')) as id, a.account, a.account_name, a."group",
  n.address, n.network, n.is_lan, p.country, p.region, p.city, p.latitude, p.longitude, p.accuracy_km, p.asn, p.asn_org,
  d.device, d.platform, d.client, t.channel, t.title, t.is_live, f.started_at, f.last_seen_at, f.ended_at, f.played_ms, f.bytes,
  k.reason, d.player, d.agent, f.download, f.playback, k.door, k.timing, k.is_music, k.delivery
from play_rows as f
left join play_accounts as a on a.id = f.account left join play_networks as n on n.id = f.network
left join play_places as p on p.id = f.place left join play_devices as d on d.id = f.device
left join play_titles as t on t.id = f.title left join play_kinds as k on k.id = f.kind;
