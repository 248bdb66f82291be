-- Only the reader, and who made it, may come in.
revoke all on database {database} from public
