-- One that a killed demonstration left behind is in the way, with whoever is still connected to it.
drop database if exists {database} with (force)
