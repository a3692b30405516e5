"""Values over time: what can be drawn, over which span, as panels and as a chart."""
