-- In a column with a decimal comma, a point would be read as a separator of thousands.
replace({value}, '.', ',')
