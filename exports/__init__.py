"""Numbers -> documents: one frozen ``Report``, written as Word, PDF and Excel. Knows no SQL."""
