"""The one chart renderer: areas, lines and what is expected, in braille cells on round scales. Pure drawing."""
