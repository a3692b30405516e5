"""The Health screen: what a station's past says of it, and what is to be done."""
