-- The statements by which each version of the store was once made, by the number of the version they led to.
-- What is here is what is out there: never changed, so that every store ever made is known to open.

-- version 1
CREATE TABLE station (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, tags TEXT NOT NULL, info TEXT NOT NULL,
    active INTEGER NOT NULL, registered_at REAL NOT NULL) STRICT;
CREATE TABLE device (
    no INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, cls TEXT NOT NULL, instance TEXT NOT NULL,
    first_at REAL NOT NULL, UNIQUE (station_no, cls, instance)) STRICT;
CREATE TABLE series (
    no INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, path TEXT NOT NULL, UNIQUE (device_no, path)) STRICT;
CREATE TABLE pulse (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, collected_at REAL) STRICT;
INSERT INTO pulse VALUES (1, 0, NULL);
CREATE TABLE latest (
    series_no INTEGER PRIMARY KEY, value ANY, quality TEXT NOT NULL, reason TEXT NOT NULL,
    changed_at REAL NOT NULL) STRICT;
CREATE TABLE device_now (
    device_no INTEGER PRIMARY KEY, read_at REAL, cadence_s REAL NOT NULL, failures INTEGER NOT NULL,
    tip INTEGER NOT NULL) STRICT;
CREATE TABLE summary (
    station_no INTEGER PRIMARY KEY, state TEXT NOT NULL, since REAL NOT NULL, reason TEXT NOT NULL,
    overview TEXT, read_at REAL, cadence_s REAL NOT NULL) STRICT;
CREATE TABLE hot (
    id INTEGER PRIMARY KEY, previous INTEGER NOT NULL, at REAL NOT NULL, device_no INTEGER NOT NULL,
    body TEXT NOT NULL) STRICT;
CREATE TABLE keyframe (
    id INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, at REAL NOT NULL, tip INTEGER NOT NULL,
    body TEXT NOT NULL) STRICT;
CREATE INDEX keyframe_at ON keyframe (device_no, at, tip);
CREATE TABLE text_change (
    id INTEGER PRIMARY KEY, series_no INTEGER NOT NULL, at REAL NOT NULL, value TEXT) STRICT;
CREATE INDEX text_change_at ON text_change (series_no, at);
CREATE TABLE station_state (
    id INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, at REAL NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL) STRICT;
CREATE INDEX station_state_at ON station_state (station_no, at);
CREATE TABLE service_state (
    id INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, service TEXT NOT NULL, device_no INTEGER,
    at REAL NOT NULL, state TEXT NOT NULL, since REAL NOT NULL, reason TEXT NOT NULL, retry_at REAL) STRICT;
CREATE INDEX service_state_at ON service_state (station_no, service, at);
CREATE TABLE device_change (
    id INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, at REAL NOT NULL, service TEXT NOT NULL,
    cadence_s REAL NOT NULL) STRICT;
CREATE INDEX device_change_at ON device_change (device_no, at);
CREATE TABLE silence (
    id INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, since REAL NOT NULL, lost_at REAL, until REAL) STRICT;
CREATE INDEX silence_since ON silence (device_no, since);
CREATE TABLE downtime (id INTEGER PRIMARY KEY, since REAL NOT NULL, until REAL NOT NULL) STRICT;
CREATE TABLE poll_minute (
    minute INTEGER NOT NULL, station_no INTEGER NOT NULL, polls INTEGER NOT NULL, errors INTEGER NOT NULL,
    round_trip_sum_s REAL NOT NULL, round_trip_max_s REAL NOT NULL, size_bytes INTEGER NOT NULL,
    last_error TEXT NOT NULL, PRIMARY KEY (minute, station_no)) STRICT, WITHOUT ROWID;
CREATE TABLE overview5 (
    slot INTEGER NOT NULL, station_no INTEGER NOT NULL, samples INTEGER NOT NULL,
    soc_percent REAL, battery_power_w REAL, battery_voltage_v REAL, battery_current_a REAL, pv_power_w REAL,
    pv_dc_power_w REAL, pv_ac_power_w REAL, load_power_w REAL, dc_load_power_w REAL, other_dc_power_w REAL,
    grid_power_w REAL, genset_power_w REAL, cell_spread_v REAL, battery_temperature_c REAL,
    PRIMARY KEY (slot, station_no)) STRICT, WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, station TEXT, kind TEXT NOT NULL, text TEXT NOT NULL,
    details TEXT NOT NULL) STRICT;
CREATE INDEX event_at ON event (at);
CREATE INDEX event_station ON event (station, at);
CREATE TABLE wanted (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, station TEXT NOT NULL, pattern TEXT NOT NULL,
    until REAL, operator TEXT NOT NULL) STRICT;

-- version 2
CREATE TABLE link_state (
    id INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, at REAL NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX link_state_at ON link_state (station_no, at);

-- version 3
CREATE TABLE occurrence (
    id INTEGER PRIMARY KEY, station TEXT NOT NULL, family TEXT NOT NULL, scope TEXT NOT NULL, rule TEXT NOT NULL,
    severity TEXT NOT NULL, title TEXT NOT NULL, response TEXT NOT NULL, source TEXT NOT NULL,
    started_at REAL NOT NULL, raised_at REAL NOT NULL, cleared_at REAL, announced_at REAL, reason TEXT NOT NULL,
    last_value ANY, peak_value ANY, limit_text TEXT NOT NULL, count INTEGER NOT NULL, stale INTEGER NOT NULL,
    flapping INTEGER NOT NULL, suppressed_by TEXT NOT NULL, origins TEXT NOT NULL, link INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX occurrence_open ON occurrence (station, family, scope) WHERE cleared_at IS NULL;
CREATE INDEX occurrence_span ON occurrence (raised_at, cleared_at);
CREATE TABLE occurrence_version (
    occurrence INTEGER NOT NULL, at REAL NOT NULL, severity TEXT NOT NULL, count INTEGER NOT NULL,
    stale INTEGER NOT NULL, flapping INTEGER NOT NULL, suppressed_by TEXT NOT NULL) STRICT;
CREATE INDEX occurrence_version_at ON occurrence_version (occurrence, at);
CREATE TABLE alert_track (
    station TEXT NOT NULL, rule TEXT NOT NULL, scope TEXT NOT NULL, severity TEXT NOT NULL, alert TEXT NOT NULL,
    phase TEXT NOT NULL, since REAL NOT NULL, started REAL NOT NULL, seen REAL NOT NULL,
    PRIMARY KEY (station, rule, scope, severity)) STRICT;
CREATE TABLE alert_notice (
    station TEXT NOT NULL, service TEXT NOT NULL, trigger_path TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
    device TEXT NOT NULL, severity TEXT NOT NULL, acknowledged INTEGER NOT NULL,
    PRIMARY KEY (station, service, trigger_path, at)) STRICT;
CREATE TABLE alert_ack (
    occurrence INTEGER NOT NULL, severity TEXT NOT NULL, at REAL NOT NULL, who TEXT NOT NULL, comment TEXT NOT NULL,
    PRIMARY KEY (occurrence, severity)) STRICT;
CREATE TABLE alert_comment (
    id INTEGER PRIMARY KEY, occurrence INTEGER NOT NULL, at REAL NOT NULL, who TEXT NOT NULL,
    text TEXT NOT NULL) STRICT;
CREATE TABLE shelf (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, until REAL NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
    severity TEXT NOT NULL, key TEXT, station TEXT NOT NULL, family TEXT NOT NULL) STRICT;
CREATE TABLE shelf_end (shelf INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL) STRICT;
CREATE TABLE maintenance (
    id INTEGER PRIMARY KEY, start REAL NOT NULL, until REAL NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
    station TEXT NOT NULL, tag TEXT NOT NULL) STRICT;
CREATE TABLE maintenance_end (maintenance INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL) STRICT;

-- version 4
ALTER TABLE occurrence ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE shelf ADD COLUMN occurrence INTEGER;

-- version 5
CREATE TABLE chunk (
    no INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, level INTEGER NOT NULL, period INTEGER NOT NULL,
    since REAL NOT NULL, until REAL NOT NULL, crc INTEGER NOT NULL, clock BLOB NOT NULL) STRICT;
CREATE INDEX chunk_period ON chunk (device_no, period);
CREATE TABLE block (
    id INTEGER PRIMARY KEY, series_no INTEGER NOT NULL, chunk_no INTEGER NOT NULL, since REAL NOT NULL,
    until REAL NOT NULL, changes INTEGER NOT NULL, last TEXT NOT NULL, crc INTEGER NOT NULL, rollup BLOB,
    body BLOB) STRICT;
CREATE INDEX block_series ON block (series_no, since);
CREATE INDEX block_chunk ON block (chunk_no);
CREATE TABLE damaged (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, device_no INTEGER NOT NULL, series_no INTEGER,
    period INTEGER NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL) STRICT;

-- version 6
CREATE TABLE diagnosis (
    station_no INTEGER NOT NULL, day INTEGER NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (station_no, day)) STRICT, WITHOUT ROWID;
CREATE TABLE load_step (
    station_no INTEGER NOT NULL, battery TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL,
    steps BLOB NOT NULL, PRIMARY KEY (station_no, battery, since)) STRICT, WITHOUT ROWID;
CREATE TABLE job (
    entry INTEGER PRIMARY KEY, job INTEGER NOT NULL, at REAL NOT NULL, who TEXT NOT NULL, station TEXT NOT NULL,
    what TEXT NOT NULL, due_at REAL, note TEXT NOT NULL, reason TEXT NOT NULL, done INTEGER NOT NULL) STRICT;
CREATE INDEX job_number ON job (job, entry);

-- version 7
ALTER TABLE occurrence_version ADD COLUMN body TEXT NOT NULL DEFAULT '';
CREATE TABLE occurrence_value (occurrence INTEGER NOT NULL, at REAL NOT NULL, last_value ANY, peak_value ANY, PRIMARY KEY (occurrence, at)) STRICT, WITHOUT ROWID;

-- version 8
CREATE TABLE promise (
    station_no INTEGER NOT NULL, day INTEGER NOT NULL, issued_at REAL NOT NULL, kwh_m2 REAL NOT NULL,
    PRIMARY KEY (station_no, day)) STRICT, WITHOUT ROWID;

-- version 9
CREATE TABLE judgement (
    station_no INTEGER NOT NULL, at REAL NOT NULL, signs_conflict INTEGER NOT NULL, imbalance_w REAL,
    PRIMARY KEY (station_no, at)) STRICT, WITHOUT ROWID;
ALTER TABLE summary ADD COLUMN memory TEXT;

-- version 10
CREATE TABLE notice_due (
    occurrence INTEGER NOT NULL, way TEXT NOT NULL, event TEXT NOT NULL, tries INTEGER NOT NULL,
    PRIMARY KEY (occurrence, way)) STRICT, WITHOUT ROWID;
CREATE TABLE notice_sent (
    id INTEGER PRIMARY KEY, occurrence INTEGER NOT NULL, way TEXT NOT NULL, at REAL NOT NULL, event TEXT NOT NULL,
    severity TEXT NOT NULL, tries INTEGER NOT NULL) STRICT;
CREATE INDEX idx_notice_sent_occurrence ON notice_sent (occurrence);

-- version 11
ALTER TABLE notice_sent ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
