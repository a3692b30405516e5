"""The table [station.mqtt]: the device's own broker, and Victron's."""

from __future__ import annotations

from typing import Any

import pytest

from victron_console.config import ConfigError, MqttAccess, StationConfig, station_from

ENVIRON = {"VRM_TOKEN": "123abc", "PASSWORD": "let me in"}
VRM = {"vrm": True, "portal_id": "c0619ab4e53f", "username": "me@example.org", "token": "env:VRM_TOKEN"}


def station(**mqtt: Any) -> StationConfig:  # noqa: ANN401
    return station_from({"id": "a", "name": "A", "mqtt": mqtt}, ENVIRON)


def access(**mqtt: Any) -> MqttAccess:  # noqa: ANN401
    found = station(**mqtt).mqtt
    assert found is not None
    return found.access()


def test_the_devices_own_broker_needs_a_host_only_and_is_asked_over_tls() -> None:
    found = access(host="192.0.2.10")
    assert (found.port, found.tls, found.portal_id, found.vrm) == (8883, True, "", False)
    assert access(host="192.0.2.10", tls=False).port == 1883


def test_victrons_broker_follows_from_the_portal_id_and_takes_a_token() -> None:
    found = access(**VRM)
    number = sum(ord(character) for character in "c0619ab4e53f") % 128
    assert found.host == f"mqtt{number}.victronenergy.com"
    assert (found.user, found.password, found.port, found.tls) == ("me@example.org", "Token 123abc", 8883, True)
    assert access(**VRM | {"portal_id": "C0619AB4E53F"}).host == found.host
    assert (
        access(**VRM, host="mqtt7.victronenergy.com").host == "mqtt7.victronenergy.com"
    )  # as VRM's list of sites says


@pytest.mark.parametrize(
    ("mqtt", "said"),
    [
        ({}, "host"),
        ({"host": "192.0.2.10", "token": "env:VRM_TOKEN"}, "vrm = true"),
        ({**VRM, "portal_id": None}, "portal_id"),
        ({**VRM, "token": None}, "token beside vrm"),
        ({**VRM, "username": None}, "username beside vrm"),
        ({**VRM, "password": "env:PASSWORD"}, "a token and TLS"),
        ({**VRM, "tls": False}, "a token and TLS"),
    ],
)
def test_what_is_missing_or_too_much_is_said(mqtt: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        station(**{key: value for key, value in mqtt.items() if value is not None})


def test_the_token_is_kept_from_the_store_and_from_print() -> None:
    found = station(**VRM)
    assert found.mqtt is not None
    assert "123abc" not in repr(found) + str(found.public()) + repr(found.mqtt.access())
