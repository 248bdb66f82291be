-- Where the column reads a decimal comma, a point would be taken for a separator of thousands.
replace({value}, '.', ',')
