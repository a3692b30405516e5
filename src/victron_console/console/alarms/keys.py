"""The keys of the Alarms screen."""

from __future__ import annotations

from victron_console.console.kit.frame.keys import Key

KEYS = (
    Key("enter", "open_site", "Enter", "site", "Open the site of the alarm.", 120),
    Key("a", "ack", "a", "ack", "Acknowledge the marked alarms, else the one under the cursor.", writes=True),
    Key(
        "A",
        "ack_all",
        "A",
        "ack page",
        "Acknowledge all that is in sight; asks before it takes a !! along.",
        writes=True,
    ),
    Key(
        "s",
        "shelve",
        "s",
        "shelve",
        "Put the marked alarms aside, else the one under the cursor: 1 h, 8 h or until it clears, with a reason.",
        writes=True,
    ),
    Key("space", "mark", "space", "mark", "Mark the alarm for a or s, or not any more; in time mode play the past."),
    Key("u", "unshelve", "u", "unshelve", "Put a shelved alarm back.", 120, writes=True),
    Key("n,down,j", "move(1)", "n/p", "next", "Next alarm."),
    Key("p,up,k", "move(-1)", "p ↑", "", "Previous alarm."),
    Key("slash", "filter", "/", "filter", "Show alarms with these words; `!word` without it."),
    Key("o", "sort", "o", "sort", "Order the rows of a section by urgency, newest or site.", 120),
    Key("c", "comment", "c", "comment", "Write something to the alarm.", 180, writes=True),
    Key(
        "m",
        "maintain",
        "m",
        "maint",
        "Put the alarm's site into maintenance until a time, or back.",
        120,
        writes=True,
    ),
    Key("w", "why", "w", "why", "Why the alarm stands: its cause, and what changed before it.", 100),
    Key("i", "incident", "i", "open", "Open the incident of the alarm into all its alarms, or fold it again.", 160),
    Key("b", "backtest", "b", "back-test", "Say how often this rule would have fired here in 30 days.", 180),
    Key("home", "move(-100000)", "Home", "", "First alarm."),
    Key("end", "move(100000)", "End", "", "Last alarm."),
)
