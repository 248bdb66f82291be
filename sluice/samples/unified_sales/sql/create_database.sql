-- A database of its own: what is read from it comes over a connection, as from any other system.
create database {database}
