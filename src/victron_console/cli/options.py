"""The options that every command takes, before or after its name, and where things lie by default."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from platformdirs import user_data_path, user_log_path

from victron_console.cli.log_limit import LogLimit
from victron_console.config import APP_NAME, ConfigFiles, default_paths, user_folder
from victron_console.store.file_rights import make_private

if TYPE_CHECKING:
    from victron_console.alerts.rules.rule_set import RuleSet

LOG_BYTES = 2_000_000
LOG_FILES = 5


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator said on the command line that holds for all commands."""

    config: tuple[Path, ...] = ()
    store: Path | None = None
    operator: str | None = None
    verbose: bool = False

    @property
    def store_path(self) -> Path:
        """The database: `--store`, else in the user's data folder."""
        return self.store or user_data_path(APP_NAME, appauthor=False) / "store.db"

    def rule_folders(self) -> list[Path]:
        """Where the operator's own alert rules are: `rules` in each configuration folder."""
        return [_folder_of(path) / "rules" for path in self.config or default_paths()]

    def rules(self, more: Sequence[Path] = ()) -> RuleSet:
        """The alert rules in force: those that ship, with the operator's own and further files on top.

        Raises:
            RulesInvalid: a rule of a file has faults.
        """
        from victron_console.alerts.rules.rule_file import load_rules

        return load_rules([*(folder for folder in self.rule_folders() if folder.is_dir()), *more])

    def new_files_folder(self) -> Path:
        """Where new station files go: the folder that `--config` names, also one that is not there yet, or the user's.

        Raises:
            ValueError: `--config` names a file.
        """
        if not self.config:
            return user_folder()
        folder = self.config[0]
        if folder.is_file() or folder.suffix == ".toml":
            raise ValueError(
                f"{folder} is a file: name a folder with --config, the new station gets a file of its own."
            )
        return folder

    def present_files(self) -> ConfigFiles:
        """The configuration, watched for edits, all of whose named files and folders are there.

        Raises:
            ValueError: one is not.
        """
        if missing := next((path for path in self.config if not path.exists()), None):
            raise ValueError(f"{missing}, which --config names, is not there")
        return self.files()

    def files(self) -> ConfigFiles:
        """The configuration, watched for edits."""
        return ConfigFiles(self.config)


def _folder_of(path: Path) -> Path:
    return path.parent if path.is_file() or path.suffix == ".toml" else path


_OPTIONS = (
    click.option("-v", "--verbose", is_flag=True, help="Say more in the log."),
    click.option("--operator", help="Who acknowledges, on a login that several people share."),
    click.option("--store", type=click.Path(path_type=Path, dir_okay=False), help="The database file."),
    click.option(
        "--config",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Station file or folder; may be repeated. Default: the user's config folder, then ./station_configs.",
    ),
)


def common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options for all, and its function an `Options` as first argument."""

    def wrapped(**given: Any) -> None:  # noqa: ANN401  what a command's own options hold is click's business
        ctx = click.get_current_context()
        before = ctx.obj if isinstance(ctx.obj, Options) else Options()
        ctx.obj = Options(
            config=given.pop("config") or before.config,
            store=given.pop("store") or before.store,
            operator=given.pop("operator") or before.operator,
            verbose=given.pop("verbose") or before.verbose,
        )
        command(ctx.obj, **given)

    update_wrapper(wrapped, command)
    for option in _OPTIONS:
        option(wrapped)
    return wrapped


class _PrivateLog(logging.handlers.RotatingFileHandler):
    """Each of its files can be read by whom the store can be read by."""

    def _open(self) -> TextIOWrapper:
        make_private(Path(self.baseFilename))
        return super()._open()


def log_to_file(options: Options) -> Path:
    """Send the log to a rotating file in the user's log folder; where it cannot be written, nowhere. Gives the file."""
    path = user_log_path(APP_NAME, appauthor=False) / "victron-console.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _PrivateLog(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    _install(handler, options)
    return path


def log_to_stderr(options: Options) -> None:
    """Send the log to stderr: for commands without a screen."""
    _install(logging.StreamHandler(sys.stderr), options)


def _install(handler: logging.Handler, options: Options) -> None:
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(LogLimit())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if options.verbose else logging.WARNING)
    logging.getLogger("victron_console").setLevel(logging.DEBUG if options.verbose else logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def operator_name(options: Options) -> str:
    """Who acts: `--operator`, else the login name."""
    return options.operator or os.environ.get("USER") or "operator"
