"""Building blocks of pages: cards, tables, state cards, header, sources."""
