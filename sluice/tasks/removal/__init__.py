"""What commands take out of the tables in a transaction of their own, before tasks go on with the rest."""
