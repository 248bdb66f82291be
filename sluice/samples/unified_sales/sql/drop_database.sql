-- Removes the database of a killed demonstration, and its connections.
drop database if exists {database} with (force)
