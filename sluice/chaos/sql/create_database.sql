-- Each load begins in an empty database.
create database {name}
