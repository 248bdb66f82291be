"""A large preprocessed table: its export and its pages in the JSON API, compared with bare programs."""
