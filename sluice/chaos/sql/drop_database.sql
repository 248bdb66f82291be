-- The database that the servers of a kept folder open by default is empty: it makes room.
drop database {name}
