"""Where stations are read from: the HTTP API of the GX device, Venus OS's MQTT. All speak one protocol."""
