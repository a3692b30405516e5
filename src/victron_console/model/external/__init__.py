"""What others say of a station, past and to come, by the day and the hour."""
