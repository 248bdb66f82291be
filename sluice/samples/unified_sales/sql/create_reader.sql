-- A role that reads a source must not write to it.
create role {reader} login nosuperuser nocreatedb nocreaterole password %(password)s
