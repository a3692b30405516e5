"""Causes that lie with what came in and went out over the last day, and with the other sources of a site."""

from __future__ import annotations

from victron_console.insight.overview.ac_side import ac_inputs
from victron_console.insight.why import generator
from victron_console.insight.why.answer import Fact
from victron_console.insight.why.course import Energy
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule, Says
from victron_console.insight.why.solar import OTHERS, has_pv
from victron_console.model.quality import Quality

LITTLE_SHARE, MUCH_SHARE = 0.6, 1.5
"""Of what is usual: sun or loads of a day beyond these explain a low battery (judgement)."""
LEAST_KWH = 0.3
"""A usual day of less explains nothing (judgement)."""
IDLE_W = 10.0
"""What a source that gives nothing is measured with at most (judgement)."""


def _told(look: Look, source: str, name: str, energy: Energy) -> None:
    """Remember an energy among what was seen."""
    if energy.day_kwh is not None:
        words = f"{energy.day_kwh:.1f} kWh"
        look.seen[source] = Fact(source, name, energy.day_kwh, words, "kWh", look.site.snapshot.at, Quality.GOOD)
    if energy.usual_kwh is not None:
        usual, words = f"{source}_usual", f"{energy.usual_kwh:.1f} kWh"
        look.seen[usual] = Fact(
            usual, f"{name}, usual", energy.usual_kwh, words, "kWh", look.site.snapshot.at, Quality.GOOD
        )


def _gave_less(kind: str, name: str) -> Says:
    """Less came from a source, `sun` or `grid`, than usual."""
    field = {"sun": "pv", "grid": "grid"}[kind]

    def says(look: Look) -> str:
        share, words = _compared(look, field, name)
        return f"The {kind} gave {words}." if share is not None and share <= LITTLE_SHARE else ""

    return says


def _more_load(look: Look) -> str:
    share, words = _compared(look, "load", "Loads")
    return f"The loads took {words}." if share is not None and share >= MUCH_SHARE else ""


def _compared(look: Look, field: str, name: str) -> tuple[float | None, str]:
    """The last day's part of what is usual, and both in words; None where either is not known, or next to nothing."""
    if look.scene.course is None:
        return None, ""
    energy: Energy = getattr(look.scene.course, field)
    _told(look, f"{field}_day_kwh", f"{name} of the last 24 h", energy)
    if energy.day_kwh is None or energy.usual_kwh is None or energy.usual_kwh < LEAST_KWH:
        return None, ""
    return energy.share, f"{energy.day_kwh:.1f} kWh in the last 24 hours, usually {energy.usual_kwh:.1f} kWh"


def _others_idle(look: Look) -> str:
    """Sources that are fitted and give nothing, where none gives."""
    names = []
    for device in look.of_class(*OTHERS):
        watts = look.dc_power_w(device)
        if watts is None or watts > IDLE_W:
            return ""
        names.append(called(device))
    return f"{' and '.join(names)} {'gives' if len(names) == 1 else 'give'} nothing." if names else ""


def _no_source(look: Look) -> str:
    """Nothing that charges is known: no sun, no AC input, no other source, and no grid or generator that gives."""
    fitted = has_pv(look) or ac_inputs(look.site.snapshot) or look.of_class(*OTHERS) or generator.has_generator(look)
    measured = any(look.has_figure(name) for name in ("pv_power_w", "grid_power_w", "genset_power_w"))
    if fitted or measured or not look.site.units:
        return ""
    look.number(look.site.units[0], "Ac/ActiveIn/ActiveInput")
    return "Nothing that could charge it is known here: no PV, no AC input, no other source."


def _needed(says: Says) -> Says:
    """A cause of the generator, where the charge is so low that it should run."""

    def told(look: Look) -> str:
        if not generator.has_generator(Look(look.scene)):
            return ""  # it does not concern the site
        said = says(look)
        begin, soc = look.setting("Generator0/Soc/StartValue"), look.figure("soc_percent")
        on = look.setting("Generator0/Soc/Enabled") == 1
        return said if on and begin is not None and soc is not None and soc <= begin else ""

    return told


GENERATOR_CHARGE = (
    generator.FAILED_RULE,
    *(
        CauseRule(rule.id, rule.about, _needed(rule.says), rule.action)
        for rule in (generator.NOT_REMOTE, generator.TANK, generator.NO_AUTO_START, generator.QUIET)
    ),
)
"""What keeps a generator from charging a battery that needs it."""
LESS_SUN = CauseRule("less_sun", "Less sun than usual", _gave_less("sun", "Sun"))
MORE_LOAD = CauseRule("more_load", "More loads than usual", _more_load, "Find what draws so much.")
LESS_GRID = CauseRule("less_grid", "Less from the grid than usual", _gave_less("grid", "Grid"))
NO_SOURCE = CauseRule("no_source", "A source to charge from", _no_source)
OTHERS_IDLE = CauseRule("other_sources_idle", "Other sources", _others_idle)
