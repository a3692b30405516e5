"""When each service of one station is read next: cadence by tier, backoff, hung services set aside. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf

from victron_console.catalogue import Tier, catalogue
from victron_console.model.device import class_of
from victron_console.sources.changed_services import ChangedServices

DISCOVERY_S = 60.0
SPACING_S = 1.0
"""What comes by itself of a station is recorded at most this often, however much it says."""
ASIDE_FIRST_S = 10.0
"""A service that hangs is asked again so soon after the server is free, then after 20 s, 40 s ..."""
ASIDE_CAP_S = 600.0
ASIDE_VITAL_S = 45.0
"""What all figures hang on is asked so often at least: each try may hold the station's server for 50 s."""
VITAL_TRIES = 8
"""As many times it is asked again after the first wait: most hangs end within minutes."""
HANG_S = 40.0
"""A hung service holds the server for 50 s. One that was free sooner was held by something that is over."""
_ROUNDING_S = 1e-6
"""So much a sum of seconds may be short of a round."""
QUIET_RETRY_S = 300.0
"""A service that never gave a value is asked again this often."""

_FIRST = ("system", "vebus", "multi", "acsystem", "inverter", "battery", "grid", "genset", "solarcharger", "pvinverter")
_LAST = ("settings",)
_VITAL = _FIRST.index("battery")


def tier_of(service: str, paths: Iterable[str]) -> Tier:
    """The tier of a service: that of its fastest value that is shown by default. A class unknown to us is `medium`."""
    cls = class_of(service)
    if cls == "settings":
        return Tier.SLOW  # 42 KB on the device, and nothing in it moves by itself
    metric = catalogue().metric
    tiers = {found.tier for path in paths if (found := metric(cls, path)) is not None and found.level == 1}
    return next((tier for tier in Tier if tier in tiers), Tier.MEDIUM)


@dataclass(slots=True)
class ServicePlan:
    """One service's place in the schedule. Times are of the monotonic clock."""

    service: str
    rank: int
    due: float
    tier: Tier = Tier.FAST
    read_at: float | None = None
    effective_s: float = 10.0
    """Seconds between its last two reads, at least its cadence: what a slow station really manages."""
    tried: bool = False
    """Whether it was asked at all, with whatever outcome."""
    hangs: int = 0
    """Tries in a row that it did not answer."""
    aside: bool = False


class Schedule:
    """Which service of a station to read next. One at a time: the station's server is single-threaded."""

    def __init__(self, cadence_s: Mapping[Tier, float], jitter: Callable[[], float]) -> None:
        self._cadence_s = dict(cadence_s)
        self._jitter = jitter
        self.plans: dict[str, ServicePlan] = {}
        self.discovery_due = 0.0
        self.focus_s: float | None = None
        """The cadence of fast services while an operator looks at this station closely; None otherwise."""
        self.pinned: frozenset[str] = frozenset()
        """Services of which a value is pinned: they are read at the fast cadence."""
        self.changed: ChangedServices | None = None
        """What changed by itself; None where values have to be asked for. The cadences then are signs of life."""
        self.renewed_s = 0.0
        """No value is renewed more often, s: what is read sooner is the same."""
        self._changed_at = -inf
        self._phase = jitter()
        """Of its rounds, as a share of the seconds between them."""

    def cadence_s(self, plan: ServicePlan) -> float:
        """Seconds between two reads of the service."""
        fast = plan.tier is Tier.FAST or plan.service in self.pinned
        wanted_s = self.focus_s if fast and self.focus_s is not None else None
        return max(self.renewed_s, wanted_s or self._cadence_s[Tier.FAST if fast else plan.tier])

    def discovered(self, services: Iterable[str], now: float) -> tuple[list[str], list[str]]:
        """Take in the services on the bus; returns those that came and those that left."""
        names = list(dict.fromkeys(services))
        came = [name for name in names if name not in self.plans]
        left = [name for name in self.plans if name not in names]
        for name in came:
            self.plans[name] = ServicePlan(name, _rank(name), due=now)
        for name in left:
            del self.plans[name]
        self.discovery_due = self._round_by(now + DISCOVERY_S * (0.9 + self._jitter() / 5), now)
        return came, left

    def next_service(self, now: float) -> str | None:
        """The most urgent service that is due, or None."""
        if self.changed is not None and now >= self._changed_due(self.changed):
            self._changed_at = now
            self._expedite(self.changed.take(), now)
        due = [plan for plan in self.plans.values() if plan.due <= now]
        return min(due, key=lambda plan: (plan.read_at is not None, plan.due, plan.rank)).service if due else None

    def _changed_due(self, changed: ChangedServices) -> float:
        return max(changed.next_moment(), self._changed_at + SPACING_S)

    def _expedite(self, services: Iterable[str], now: float) -> None:
        for service in services:
            if plan := self.plans.get(service):
                plan.due = min(plan.due, now)
            else:
                self.discovery_due = now

    def next_moment(self) -> float:
        """When there is something to do again."""
        due = min((plan.due for plan in self.plans.values()), default=inf)
        return min(self.discovery_due, due, self._changed_due(self.changed) if self.changed is not None else inf)

    def was_read(self, service: str, now: float, paths: Iterable[str]) -> float:
        """Note a good read; returns the service's effective cadence in seconds."""
        plan = self.plans[service]
        plan.tier = tier_of(service, paths) if plan.read_at is None else plan.tier
        cadence_s = self.cadence_s(plan)
        # The turn is drawn once: what is read seldom does not come all in one round.
        spread_s = (cadence_s - self._round_s) * self._jitter() if plan.read_at is None else 0.0
        taken_s = 0.0 if plan.read_at is None else now - plan.read_at
        plan.effective_s = max(cadence_s, min(taken_s, 4 * cadence_s))
        plan.due = self._round_by(max(plan.due + cadence_s, now + cadence_s / 2) - spread_s, now)
        plan.read_at, plan.hangs, plan.aside, plan.tried = now, 0, False, True
        return plan.effective_s

    @property
    def _round_s(self) -> float:
        """Seconds from round to round."""
        return self.focus_s or self._cadence_s[Tier.FAST]

    def _round_by(self, due: float, now: float) -> float:
        """The last round of the station by a moment, or that moment where the round is over (monotonic clock).

        What is due in a round is read in one go, so that figures are of one moment and made once a round. Its phase is
        drawn once a station: a fleet that was started together does not pulse together. A station that speaks by itself
        has no rounds: what it says is gathered for a second anyhow.
        """
        if self.changed is not None:
            return max(due, now)
        begins = due - (due - self._phase * self._round_s + _ROUNDING_S) % self._round_s + _ROUNDING_S
        return begins if begins > now else max(due, now)

    def hangs(self, service: str) -> None:
        """A service does not answer; when it is asked again is told by `set_aside`, once the server is free."""
        self.plans[service].aside = self.plans[service].tried = True

    def set_aside(self, service: str, now: float, held_s: float = HANG_S) -> float:
        """Ask a service that did not answer again later, ever more seldom; returns in how many seconds.

        Args:
            service: its bus name.
            now: monotonic clock, s.
            held_s: how long the question held the station's server. One that hangs holds it for 50 s; a shorter hold
                means that it may answer again already.
        """
        plan = self.plans[service]
        if held_s < HANG_S or class_of(service) == "system":
            wait_s = ASIDE_FIRST_S
        elif plan.rank <= _VITAL:
            wait_s = ASIDE_FIRST_S if plan.hangs < VITAL_TRIES else ASIDE_VITAL_S
        else:
            wait_s = min(ASIDE_CAP_S, ASIDE_FIRST_S * 2.0 ** min(plan.hangs, 16))
        plan.hangs += 1
        plan.aside = plan.tried = True
        plan.due = now + wait_s
        return wait_s

    def gave_nothing(self, service: str, now: float) -> bool:
        """A service on the bus that never gave a value: ask again now and then, it is not a fault.

        Returns whether it was thought to hang before.
        """
        plan = self.plans[service]
        hung = plan.aside
        plan.due, plan.tried, plan.aside, plan.hangs = now + QUIET_RETRY_S, True, False, 0
        return hung

    def postpone(self, service: str, now: float) -> None:
        """Ask a service again at its next turn."""
        plan = self.plans[service]
        plan.due, plan.tried = now + self.cadence_s(plan), True

    def hurry(self, now: float) -> None:
        """Everything is due: the station came back, and with it perhaps what hung before."""
        for plan in self.plans.values():
            plan.due = min(plan.due, now)

    def refocus(self, focus_s: float | None, pinned: Iterable[str], now: float) -> None:
        """Take in what the operators want: a closer look, or pinned services."""
        wanted = frozenset(pinned)
        if (focus_s, wanted) == (self.focus_s, self.pinned):
            return
        self.focus_s, self.pinned = focus_s, wanted
        for plan in self.plans.values():
            if not plan.aside and plan.read_at is not None:
                plan.due = min(plan.due, max(now, plan.read_at + self.cadence_s(plan)))

    @property
    def untried(self) -> list[str]:
        """The services that were not asked yet."""
        return [plan.service for plan in self.plans.values() if not plan.tried]

    @property
    def aside(self) -> list[str]:
        """The services that do not answer, those that never did among them."""
        return [plan.service for plan in self.plans.values() if plan.aside]


def _rank(service: str) -> int:
    cls = class_of(service)
    if cls in _LAST:
        return len(_FIRST) + 1
    return _FIRST.index(cls) if cls in _FIRST else len(_FIRST)
