"""What the form of the first minute asks of the world: the network, the stations, the folder of their files."""

from __future__ import annotations

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


@dataclass(slots=True)
class ByForm:
    """What the form of the first minute asks of the world."""

    options: Options
    ssdp: Address | None
    """Where devices are searched for; None: nowhere."""
    _devices: Mapping[str, FoundGx] | None = None

    async def search(self) -> Sequence[FoundDevice]:
        """The devices that answer on this network, the ones configured already named so."""
        if self.ssdp is None:
            raise ValueError("The search is off: type an address.")
        try:
            found = await find_gx(self.ssdp)
        except OSError as error:
            raise ValueError(f"The network lets no search out ({error.strerror or error}): type an address.") from error
        self._devices = {gx.host: gx for gx in found}
        known = {key: station for station in self.options.files().current.stations for key in station.identities()}

        def configured(gx: FoundGx) -> str:
            station = known.get(gx.portal_id.lower()) or known.get(gx.host.lower())
            return station.name if station else ""

        return [FoundDevice(gx.host, gx.name, configured(gx)) for gx in found]

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
