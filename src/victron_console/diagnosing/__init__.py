"""What a station's past says of its health: pure functions on arrays, each figure with its method and its doubts."""
