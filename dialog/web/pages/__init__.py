"""One module for each page, named as its template: its GET and its form POSTs."""
