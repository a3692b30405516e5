"""What the form of the first minute asks of the world: the network, the stations, the folder of their files."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.cli.options import Options
from victron_console.cli.stations.commands import at_address, introduce, refuse_known
from victron_console.cli.stations.discover import as_station
from victron_console.config import ConfigError, station_from, write_station
from victron_console.config.sources import web_address
from victron_console.console.app.new_station import DeviceAnswer, FoundDevice, NewStation
from victron_console.model.clock import SystemClock
from victron_console.sources.base import SourceError
from victron_console.sources.discovery import Address, FoundGx, find_gx
from victron_console.sources.open_source import open_source

LOCAL_NAMES = ("venus.local",)
"""What a GX is called on its network and on its own access point (Cerbo GX manual, Remote Console on LAN)."""
RESOLVE_S = 5.0
"""For the resolver and the answer of whoever it names."""


@dataclass(slots=True)
class ByForm:
    """What the form of the first minute asks of the world."""

    options: Options
    ssdp: Address | None
    """Where devices are searched for; None: nowhere."""
    names: Sequence[str] = LOCAL_NAMES
    """Host names that are tried besides."""
    _devices: Mapping[str, FoundGx] | None = None

    async def search(self) -> Sequence[FoundDevice]:
        """The devices that answer on this network, the ones configured already named so."""
        if self.ssdp is None:
            raise ValueError("The search is off: type an address.")
        answers, named = await asyncio.gather(find_gx(self.ssdp), self._by_name(), return_exceptions=True)
        if isinstance(named, BaseException):
            raise named
        if isinstance(answers, OSError):
            if named:
                return [device for device, _ in named]
            raise ValueError(
                f"The network lets no search out ({answers.strerror or answers}): type an address."
            ) from answers
        if isinstance(answers, BaseException):
            raise answers
        found = answers
        self._devices = {gx.host: gx for gx in found}
        known = {key: station for station in self.options.files().current.stations for key in station.identities()}

        def configured(gx: FoundGx) -> str:
            station = known.get(gx.portal_id.lower()) or known.get(gx.host.lower())
            return station.name if station else ""

        searched = [FoundDevice(gx.host, gx.name, configured(gx)) for gx in found]
        return [*searched, *(device for device, address in named if address not in self._devices)]

    async def _by_name(self) -> list[tuple[FoundDevice, str]]:
        """Those of the names that the system's resolver, which asks by mDNS, knows and a GX answers at; its address."""
        loop = asyncio.get_running_loop()
        found = []
        for name in self.names:
            host, _, _port = name.partition(":")
            try:
                async with asyncio.timeout(RESOLVE_S):
                    resolved = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
                    answer = await self.ask(name)
            except (OSError, ValueError):
                continue  # there is none, or it is configured already
            found.append((FoundDevice(name, answer.name), str(resolved[0][4][0])))
        return found

    async def ask(self, host: str) -> DeviceAnswer:
        """Who answers at a host."""
        try:
            station = at_address(host, "")
            refuse_known(station, self.options.files().current)
            found, name = await introduce(open_source(station, SystemClock()))
        except (ConfigError, SourceError) as error:
            raise ValueError(str(error)) from error
        return DeviceAnswer(f"answers: {found.api}, {len(found.services)} services", name)

    async def add(self, new: NewStation, found: FoundDevice | None) -> str:
        """Write the station's file."""
        loaded = self.options.files().current
        gx = (self._devices or {}).get(found.host) if found is not None else None
        try:
            if gx is not None:
                raw = dict(await as_station(gx)) | ({"name": new.name} if new.name else {})
            else:
                raw = {"name": new.name, "url": web_address(new.host)}
            raw |= _tables(new)
            refuse_known(station_from({"id": "new-station", **raw}), loaded)
            taken = {station.id for station in loaded.stations}
            return str(write_station(self.options.new_files_folder(), raw, taken))
        except FileExistsError as error:
            raise ValueError(f"{error.filename} is there already: give the station another name.") from error
        except (ConfigError, OSError) as error:
            raise ValueError(str(error)) from error


def _tables(new: NewStation) -> dict[str, object]:
    tables: dict[str, object] = {}
    if new.capacity_ah is not None:
        tables["battery"] = {"capacity_ah": new.capacity_ah}
    if new.floor_percent is not None:
        tables["thresholds"] = {"soc_floor": new.floor_percent}
    if new.place is not None:
        tables["location"] = {"latitude": new.place[0], "longitude": new.place[1]}
    return tables
