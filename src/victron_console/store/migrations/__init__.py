"""The store's migrations, in order. A new one is a new file with `migrate(db)`, added at the end; none is ever changed.

`migrate` runs inside a transaction: `db.executescript` would commit it, so statements go one by one. Tables and indexes
are made by `tables.py` or, for what it cannot say, by SQL.
"""

from victron_console.store.migrations import (
    m0001_core,
    m0002_link,
    m0003_alerts,
    m0004_alert_units,
    m0005_sealed,
    m0006_diagnoses,
    m0007_alert_past,
    m0008_promises,
    m0009_judgements,
    m0010_notices,
    m0011_reminders,
    m0012_external,
    m0013_forecasts,
    m0014_engines,
    m0015_incidents,
)

MIGRATIONS = (
    m0001_core,
    m0002_link,
    m0003_alerts,
    m0004_alert_units,
    m0005_sealed,
    m0006_diagnoses,
    m0007_alert_past,
    m0008_promises,
    m0009_judgements,
    m0010_notices,
    m0011_reminders,
    m0012_external,
    m0013_forecasts,
    m0014_engines,
    m0015_incidents,
)
"""The position (from 1) is the version that the store has after it."""
