-- When a run's parts, steps and rejects were taken away (its books and inputs stay), and who uses a landing copy:
-- known by its name, which is its content, because workers may see the landing under other paths.

alter table sluice.run add column purged_at timestamptz;
create index input_landed on sluice.input (regexp_replace(landed, '.*/', '')) where landed is not null;
