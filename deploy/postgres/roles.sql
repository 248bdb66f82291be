-- The image runs this once, when it makes the database: one role owns the tables, another one may only fill them.
\set owner_password `cat /run/secrets/owner_password`
\set loader_password `cat /run/secrets/loader_password`

create role sluice_owner login password :'owner_password';
create role sluice_loader login password :'loader_password';
create database sluice owner sluice_owner;
-- temporary tables are all that a worker ever creates
revoke all on database sluice from public;
grant connect, temporary on database sluice to sluice_loader;

\connect sluice
alter default privileges for role sluice_owner grant usage on schemas to sluice_loader;
alter default privileges for role sluice_owner grant select, insert, update, delete on tables to sluice_loader;
