"""A D-Bus path as words, for what the catalogue has no name for. Claims no unit and no meaning."""

from __future__ import annotations

import re
from itertools import groupby

_PARTS = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_WHOLE = re.compile(
    r"L[123](?![0-9A-Za-z])|N2k|I2c|[Mm]k2|CGwacs|PvInverter|VEDirect|VeBus|IPAddress|WiFi|(?:v|ve)?can\d"
)
_SPELLED = {
    "ac": "AC", "api": "API", "bms": "BMS", "can": "CAN", "ccl": "CCL", "cgwacs": "CGwacs", "cvl": "CVL",
    "dc": "DC", "dcl": "DCL", "dess": "Dynamic ESS", "dvcc": "DVCC", "ess": "ESS", "ev": "EV", "gps": "GPS",
    "gui": "GUI", "gx": "GX", "http": "HTTP", "https": "HTTPS", "id": "id", "ip": "IP", "ipaddress": "IP address",
    "led": "LED", "mppt": "MPPT", "mqtt": "MQTT", "n2k": "NMEA 2000", "nad": "network address", "pv": "PV",
    "pvinverter": "PV inverter", "rpm": "rpm", "rs": "RS", "soc": "SOC", "soh": "SOH", "ssh": "SSH", "tcp": "TCP",
    "ui": "UI", "ups": "UPS", "usb": "USB", "vebus": "VE.Bus", "vedirect": "VE.Direct", "vnc": "VNC", "vrm": "VRM",
    "wifi": "Wi-Fi", "l1": "L1", "l2": "L2", "l3": "L3", "i2c": "I2C", "mk2": "MK2",
}  # fmt: skip
_SAID_ALREADY = ("Settings", "Alarms", "State")
"""Segments that say of a path only where it stands, as long as others say more."""


def path_words(path: str) -> str:
    """`Settings/Generator0/Soc/StartTimer` as `Generator 0 SOC start timer`; the path itself where it has no word."""
    parts = path.strip("/").split("/")
    telling = [part for place, part in enumerate(parts) if part not in _SAID_ALREADY or 0 < place < len(parts) - 1]
    words = [word for part in telling or parts for word in _words(part)]
    text = " ".join(word for word, _ in groupby(words))
    return text[:1].upper() + text[1:] or path


def _words(part: str) -> list[str]:
    found = []
    at = 0
    while at < len(part):
        token = _WHOLE.match(part, at) or _PARTS.match(part, at)
        if token is None:
            at += 1
            continue
        word = token[0]
        found.append(_SPELLED.get(word.casefold(), word if word.isupper() and len(word) > 1 else word.lower()))
        at = token.end()
    return found
