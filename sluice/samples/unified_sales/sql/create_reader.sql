-- Whoever reads a source has no business writing to it.
create role {reader} login nosuperuser nocreatedb nocreaterole password %(password)s
