"""An address to listen on, on the command line."""

from __future__ import annotations

import click

from victron_console.endpoint.address import Address, address_from


class ListenAddress(click.ParamType[Address]):
    """`9801`, `127.0.0.1:9801`, `[::1]:9801`."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """The address."""
        try:
            return address_from(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
