-- A float8 of 1e-05 is 0.00001, as from JSON; from 41 digits on it keeps its exponent, which every column refuses.
case when {value}::text ~ 'e[+-]([0-3][0-9]|40)$' then {value}::text::numeric::text else {value}::text end
