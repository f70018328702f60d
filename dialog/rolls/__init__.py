"""Lists of addresses as they come: spreadsheet, CSV or pasted text, and what is wrong in them."""
