"""What forecasts, advice and rules would have said of the recorded past."""
