"""What a running collector tells over HTTP. It only reads, each request from the store, and asks no station."""
