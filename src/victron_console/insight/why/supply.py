"""Causes that lie with what came in and went out over the last day, and with the other sources of a site."""

from __future__ import annotations

from victron_console.insight.overview.ac_side import ac_inputs
from victron_console.insight.overview.figures import dc_power_w
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
IDLE_W = 10.0


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


def _less_sun(look: Look) -> str:
    course = look.scene.course
    if course is None:
        return ""
    _told(look, "pv_day_kwh", "Sun of the last 24 h", course.pv)
    share, day, usual = course.pv.share, course.pv.day_kwh, course.pv.usual_kwh
    if share is None or day is None or usual is None or usual < LEAST_KWH or share > LITTLE_SHARE:
        return ""
    return f"The sun gave {day:.1f} kWh in the last 24 hours, usually {usual:.1f} kWh."


def _more_load(look: Look) -> str:
    course = look.scene.course
    if course is None:
        return ""
    _told(look, "load_day_kwh", "Loads of the last 24 h", course.load)
    share, day, usual = course.load.share, course.load.day_kwh, course.load.usual_kwh
    if share is None or day is None or usual is None or usual < LEAST_KWH or share < MUCH_SHARE:
        return ""
    return f"The loads took {day:.1f} kWh in the last 24 hours, usually {usual:.1f} kWh."


def _less_grid(look: Look) -> str:
    course = look.scene.course
    if course is None:
        return ""
    _told(look, "grid_day_kwh", "Grid of the last 24 h", course.grid)
    share, day, usual = course.grid.share, course.grid.day_kwh, course.grid.usual_kwh
    if share is None or day is None or usual is None or usual < LEAST_KWH or share > LITTLE_SHARE:
        return ""
    return f"The grid gave {day:.1f} kWh in the last 24 hours, usually {usual:.1f} kWh."


def _others_idle(look: Look) -> str:
    """Sources that are fitted and give nothing, where none gives."""
    names = []
    for device in look.of_class(*OTHERS):
        look.number(device, "Dc/0/Power")
        watts = dc_power_w(device)
        if watts is None or watts > IDLE_W:
            return ""
        names.append(called(device))
    return f"{' and '.join(names)} {'gives' if len(names) == 1 else 'give'} nothing." if names else ""


def _no_source(look: Look) -> str:
    """Nothing that charges is known: no sun, no AC input, no other source, and no grid or generator that gives."""
    fitted = has_pv(look) or ac_inputs(look.site.snapshot) or look.of_class(*OTHERS) or generator.has_generator(look)
    measured = [look.figure(name) for name in ("pv_power_w", "grid_power_w", "genset_power_w")]
    if fitted or any(watts is not None for watts in measured) or not look.site.units:
        return ""
    look.number(look.site.units[0], "Ac/ActiveIn/ActiveInput")
    return "Nothing that could charge it is known here: no PV, no AC input, no other source."


def _needed(says: Says) -> Says:
    """A cause of the generator, where the charge is so low that it should run."""

    def told(look: Look) -> str:
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
LESS_SUN = CauseRule("less_sun", "Less sun than usual", _less_sun)
MORE_LOAD = CauseRule("more_load", "More loads than usual", _more_load, "Find what draws so much.")
LESS_GRID = CauseRule("less_grid", "Less from the grid than usual", _less_grid)
NO_SOURCE = CauseRule("no_source", "A source to charge from", _no_source)
OTHERS_IDLE = CauseRule("other_sources_idle", "Other sources", _others_idle)
