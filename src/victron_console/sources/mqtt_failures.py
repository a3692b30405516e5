"""What goes wrong between a broker and us, as the narrow errors of a source. Owns the sentences."""

from __future__ import annotations

import socket
import ssl

from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, Unreachable
from victron_console.sources.failures import causes, short_text, tls_failure
from victron_console.sources.mqtt_guard import Refused

_LOGIN_REFUSED = frozenset((4, 5, 134, 135))
"""CONNACK codes of MQTT 3.1.1, and their MQTT 5 names: bad user name or password, not authorised."""


def explain(error: Exception, place: str) -> SourceError:
    """The error of a source for an exception on a connection to the broker at `place`, `host:port`."""
    for cause in causes(error):
        if isinstance(cause, Refused):
            return BadAnswer(
                f"{place} sent {short_text(cause)}, which no MQTT broker does: the connection was ended. "
                f"Check what runs there, and who may publish on it."
            )
        if isinstance(cause, MqttConnectError):
            return _refused(cause, place)
        if isinstance(cause, ssl.SSLError):
            return tls_failure(cause, place, "MQTT over TLS")
        if isinstance(cause, socket.gaierror):
            host = place.rpartition(":")[0]
            return Unreachable(
                f"The host name {host} is not known: check its spelling and whether DNS or the VPN is up."
            )
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(
                f"{place} refused the connection: check that MQTT access is on (Settings, Integrations) and the port; "
                f"a secured device opens 8883 only."
            )
        if isinstance(cause, TimeoutError):
            return Unreachable(
                f"{place} does not take a connection: the device is off, the link or the VPN is down, or a firewall "
                f"drops the packets."
            )
    leaf = next((cause for cause in causes(error) if not isinstance(cause, BaseExceptionGroup)), error)
    return Unreachable(f"The broker at {place} ended the connection ({short_text(leaf)}): it is made anew.")


def _refused(error: MqttConnectError, place: str) -> SourceError:
    code = error.rc.value if isinstance(error.rc, ReasonCode) else error.rc
    if code in _LOGIN_REFUSED:
        return Misconfigured(
            f"{place} refused the login: check user name and password (of the GX, the password of its security "
            f"profile); wrong ones are limited to 150 a day."
        )
    return Unreachable(f"{place} does not take us now ({short_text(error)}).")


def no_answer(place: str, portal: str, deadline_s: float) -> Unreachable:
    """The station published nothing although it was asked to."""
    return Unreachable(
        f"{place} takes the connection, but station {portal} did not answer the keep-alive within {deadline_s:g} s: "
        f"its publisher is down, or the account may not read it."
    )


def other_stations(place: str, portal: str, found: list[str]) -> Misconfigured:
    """The broker carries stations, but not the one that is configured."""
    return Misconfigured(f"{place} carries no station {portal}, but {', '.join(found)}: check portal_id.")


def no_station(place: str, deadline_s: float) -> Unreachable:
    """Nobody publishes a portal id on the broker."""
    return Unreachable(
        f"{place} takes the connection, but no station named itself there within {deadline_s:g} s: check that it is "
        f"the broker of a GX device, or set portal_id."
    )


def several_stations(place: str, found: list[str]) -> Misconfigured:
    """More than one station on the broker, and the configuration does not say which."""
    return Misconfigured(f"{place} carries {len(found)} stations ({', '.join(found)}): set portal_id to one of them.")


def no_heartbeat(place: str, portal: str, silent_s: float) -> Unreachable:
    """The connection stands, but the station's heartbeat stopped."""
    return Unreachable(
        f"Station {portal} at {place} has had no heartbeat for {silent_s:.0f} s: the device hangs or lost its link."
    )
