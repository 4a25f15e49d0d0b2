"""How good it is: gold questions and measures."""
