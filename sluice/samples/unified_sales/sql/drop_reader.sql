-- After its database: the role has rights nowhere else.
drop role if exists {reader}
