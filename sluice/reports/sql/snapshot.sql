-- All figures of one page are of one moment, however long it takes to read them.
set transaction isolation level repeatable read, read only
