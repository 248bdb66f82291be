-- Another run is loading the same content: let the input wait for that one.
update sluice.input
set state = 'attached', ordered = %(ordered)s, sha256 = %(sha256)s, size_bytes = %(size)s, same_as = %(same_as)s
where id = %(input)s
