"""What a station's services show on D-Bus: paths and values as the real drivers publish them."""
