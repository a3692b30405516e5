"""What a collector answers over HTTP, over a real socket, with the month of the demonstration behind it."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from tests.docs_pages import DOCS
from tests.patience import PATIENCE_S

from victron_console.alerts.rules.rule_file import load_rules
from victron_console.config import LoadResult
from victron_console.contract.agents.answering import Answering
from victron_console.contract.agents.asking import Setup
from victron_console.contract.agents.tools import TOOLS
from victron_console.endpoint.address import address_from
from victron_console.endpoint.answers import ANSWERED, CollectorAnswers
from victron_console.endpoint.guard import TokenGuard, server_tls
from victron_console.endpoint.server import CannotListen, HttpServer
from victron_console.model.clock import ManualClock, SystemClock

TOKEN = "e" * 32


@pytest.fixture(scope="module")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("token") / "token"
    file.write_text(TOKEN + "\n")
    return file


@pytest.fixture(scope="module")
def answers(lived: Path, token_file: Path) -> CollectorAnswers:
    setup = Setup(rules=lambda: load_rules([]), config=LoadResult)
    clock = ManualClock(SystemClock().now())
    return CollectorAnswers(Answering(lived, clock, setup), TokenGuard(f"file:{token_file}"))


@pytest.fixture(scope="module")
def client(answers: CollectorAnswers) -> Iterator[httpx.Client]:
    with (
        HttpServer(address_from("0"), answers) as server,
        httpx.Client(
            base_url=f"http://{server.address}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=PATIENCE_S,
            trust_env=False,
        ) as opened,
    ):
        yield opened


ASKED: dict[str, dict[str, str | list[str]]] = {
    "fleet": {"limit": "3", "offset": "1"},
    "station_now": {"station": "alder-farm"},
    "why": {"station": "Alder Farm"},
    "alarms": {"limit": "5"},
    "incidents": {"since": "7d"},
    "find_series": {"station": "alder-farm", "pattern": "battery/*/Soc"},
    "read_series": {"station": "alder-farm", "series": "system/0/Dc/Battery/Soc", "by_change": "false", "points": "20"},
    "diagnosis": {"station": "alder-farm"},
    "peers": {},
    "log": {"since": "24h", "kinds": ["alarms", "links"]},
    "audit": {"station": "alder-farm"},
    "advice": {"station": "alder-farm"},
    "jobs": {},
    "link": {"station": "alder-farm"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_an_answer_is_the_document_that_agents_get(client: httpx.Client, answers: CollectorAnswers, name: str) -> None:
    answer = client.get(f"/v1/{name}", params=ASKED[name])
    assert answer.status_code == 200, answer.text
    given = {key: value == "true" if key == "by_change" else value for key, value in ASKED[name].items()}
    assert answer.json() == json.loads(answers.answering.answer(name, given, Event()).text)
    assert answer.headers["Cache-Control"] == "no-store"


def test_all_is_listed_that_can_be_asked_and_nothing_that_takes_long(client: httpx.Client) -> None:
    listed = client.get("/v1/").json()["answers"]
    assert set(listed) == set(ANSWERED) == {name for name, tool in TOOLS.items() if not tool.long}
    assert set(ASKED) | {"alarm_life", "explain_figure"} == set(ANSWERED)
    assert "limit" in listed["fleet"]["takes"]
    assert client.get("/v1/backtest").status_code == 404


@pytest.mark.parametrize(
    "shown", ["", TOKEN, f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer \xff"]
)
def test_whoever_does_not_show_the_token_learns_nothing(client: httpx.Client, shown: str) -> None:
    for path in ("/v1/fleet", "/v1/", "/nowhere"):
        answer = client.get(path, headers={b"Authorization": shown.encode("latin-1")})
        assert (answer.status_code, answer.json()) == (401, {"error": "show the collector's token"})
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_went_lets_nobody_in_and_a_new_one_holds_at_once(
    answers: CollectorAnswers, tmp_path: Path
) -> None:
    guard = TokenGuard(f"file:{tmp_path / 'token'}")
    assert not guard.lets_in(f"Bearer {TOKEN}")
    (tmp_path / "token").write_text(TOKEN)
    assert guard.lets_in(f"Bearer {TOKEN}")
    (tmp_path / "token").write_text("f" * 32)
    assert not guard.lets_in(f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    ("reference", "why"), [("secret", "a reference"), ("file:missing", "may read"), ("env:NONE_", "NONE_")]
)
def test_a_token_that_cannot_be_used_is_told(reference: str, why: str) -> None:
    with pytest.raises(CannotListen, match=why):
        TokenGuard(reference).token()


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short")
    with pytest.raises(CannotListen, match="at least 20 characters"):
        TokenGuard(f"file:{tmp_path / 'token'}").token()


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("/v1/fleet?limit=nine", 400, "limit"),
        ("/v1/fleet?limit=1&limit=2", 400, "limit"),
        ("/v1/fleet?colour=red", 400, "colour"),
        ("/v1/fleet?as_of=2999-01-01T00:00Z", 400, "future"),
        ("/v1/station_now?station=nobody", 400, "no station is called nobody"),
        ("/v1/station_now?station=" + "x" * 5_000, 414, "4096"),
        ("/v1/station_now?station=%ff%fe", 400, "cannot be read"),
        ("/v1/log?" + "&".join(["kinds=a"] * 41), 400, "cannot be read"),
        ("/v1/../etc/passwd", 404, "lists"),
        ("/fleet", 404, "lists"),
    ],
)
def test_what_cannot_be_answered_is_told_in_a_sentence(client: httpx.Client, path: str, status: int, why: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert why in answer.json()["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/v1/fleet")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def certificate_of(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    made = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=collector", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key),
        "-out", str(certificate),
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    return certificate, key


def test_the_same_is_answered_over_tls(answers: CollectorAnswers, tmp_path: Path) -> None:
    certificate, key = certificate_of(tmp_path)
    context = ssl.create_default_context(cafile=str(certificate))
    with HttpServer(address_from("0"), answers, server_tls(certificate, key)) as server:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx.get(
            f"https://{server.address}/v1/", headers=headers, verify=context, timeout=PATIENCE_S, trust_env=False
        )
        assert answer.status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://{server.address}/v1/", timeout=PATIENCE_S, trust_env=False)
        assert (
            httpx.get(f"https://{server.address}/v1/", verify=context, timeout=PATIENCE_S, trust_env=False).status_code
            == 401
        )


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(CannotListen, match="no certificate with its key"):
        server_tls(tmp_path / "missing.pem", tmp_path / "key.pem")
    with pytest.raises(CannotListen, match="no certificate with its key"):
        server_tls(tmp_path / "key.pem", tmp_path / "key.pem")


def test_the_page_names_all_that_can_be_asked() -> None:
    text = (DOCS / "answers.md").read_text(encoding="utf-8")
    assert [name for name in ANSWERED if f"`{name}`" not in text] == []
