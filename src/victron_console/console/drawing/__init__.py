"""What the Site and Cells screens show, drawn: figures in, rows of characters out. Nothing here knows a widget."""
