-- The server, the role, and the server's settings that matter, in one query.
select current_setting('server_version_num')::int / 10000 as major, current_setting('server_version') as version,
       current_user as role, r.rolsuper as superuser, has_database_privilege(current_database(), 'temp') as may_temp,
       current_setting('fsync') = 'on' as fsync, current_setting('synchronous_commit') <> 'off' as synchronous_commit,
       current_setting('full_page_writes') = 'on' as full_page_writes,
       extract(epoch from clock_timestamp())::float8 as clock,
       least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                 - (select count(*) from pg_stat_activity where backend_type = 'client backend'),
             nullif(r.rolconnlimit, -1) - (select count(*) from pg_stat_activity where usename = current_user),
             nullif(d.datconnlimit, -1) - (select count(*) from pg_stat_activity where datname = current_database())
            ) as connections_left
from pg_roles r, pg_database d
where r.rolname = current_user and d.datname = current_database()
