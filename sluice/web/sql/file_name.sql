-- An input's address as the API shows it: no path of the machine above the inbox.
case when starts_with(i.uri, %(inbox)s) then substr(i.uri, length(%(inbox)s) + 1)
     when starts_with(i.uri, 'source:') then i.uri
     else regexp_replace(i.uri, '^.*/', '') end
