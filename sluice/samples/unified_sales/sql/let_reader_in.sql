-- All that it needs to log in here.
grant connect on database {database} to {reader}
