"""The GX device's own services: platform with its notices and CAN statistics, logger, settings and small ones."""

from __future__ import annotations

import json

from victron_console.simulator.notifications import NoticeRing
from victron_console.simulator.plant import Plant
from victron_console.simulator.publish.system import has_dc_system, portal_id
from victron_console.simulator.publish.values import Tree, invalid
from victron_console.simulator.scenario import Faults
from victron_console.simulator.spec import Monitor
from victron_console.simulator.weather import smooth

VRM_INTERVAL_S = 60
PASSIVE_AFTER_ERRORS_PER_S = 1.0
FREE_BYTES = 4_243_677_184


def platform(plant: Plant) -> Tree:
    """com.victronenergy.platform."""
    spec = plant.spec
    behind = plant.faults.firmware_online
    tree: Tree = {
        "Device/Model": spec.gx_model,
        "Device/HQSerialNumber": f"HQ23{spec.seed:04d}GXA",
        "Device/UniqueId": portal_id(plant),
        "Device/ProductId": "C00A",
        "Device/Time": int(plant.at),
        "Device/DataPartitionError": 0,
        "Device/DataPartitionFullError": 0,
        "ModificationChecks/DataPartitionFreeSpace": FREE_BYTES,
        "ModificationChecks/FsModifiedState": 0,
        "Firmware/Installed/Version": spec.firmware,
        "Firmware/Installed/Build": "20260612094511",
        "Firmware/Online/AvailableVersion": behind or spec.firmware,
        "Firmware/Online/AvailableBuild": "20260612094511",
        "Firmware/Backup/AvailableVersion": "v3.66",
        "Firmware/State": 1000,
        "Firmware/Progress": invalid(),
        "Network/Services": invalid(),
        "Network/Wifi/State": "ready",
        "Network/Wifi/SignalStrength": round(55 + 30 * smooth(spec.seed, "wifi", plant.at, 1800.0)),
        "ConnectVrmTunnel": False,
        "CanBus/Interface/can0/Statistics": can_statistics("can0", plant.can_packets, plant.can_errors, plant.faults),
    }
    return tree | _notices(plant.notices)


def can_statistics(interface: str, packets: float, errors: float, faults: Faults) -> str:
    """What `ip -json -details -statistics link show` says of a CAN interface."""
    state = "ERROR-PASSIVE" if faults.can_errors_per_s > PASSIVE_AFTER_ERRORS_PER_S else "ERROR-ACTIVE"
    received, sent = int(packets), int(packets * 0.28)
    link = {
        "ifindex": 3, "ifname": interface, "flags": ["NOARP", "UP", "LOWER_UP", "ECHO"], "mtu": 16, "operstate": "UP",
        "linkinfo": {"info_kind": "can", "info_data": {
            "state": state, "bittiming": {"bitrate": 500000, "sample_point": "0.875"}}},
        "stats64": {
            "rx": {"bytes": received * 7, "packets": received, "errors": int(errors * 0.2), "dropped": 0},
            "tx": {"bytes": sent * 8, "packets": sent, "errors": int(errors * 0.8), "dropped": 0},
        },
    }  # fmt: skip
    return json.dumps([link])


def _notices(ring: NoticeRing) -> Tree:
    slots = ring.slots
    active = [notice for notice in slots if notice.active]
    unseen = [notice for notice in slots if not notice.acknowledged]
    tree: Tree = {
        "Notifications/NumberOfNotifications": len(slots),
        "Notifications/NumberOfActiveNotifications": len(active),
        "Notifications/NumberOfActiveAlarms": sum(n.kind == 1 for n in active),
        "Notifications/NumberOfActiveWarnings": sum(n.kind == 0 for n in active),
        "Notifications/NumberOfActiveInformations": 0,
        "Notifications/NumberOfUnAcknowledgedAlarms": sum(n.kind == 1 for n in unseen),
        "Notifications/NumberOfUnAcknowledgedWarnings": sum(n.kind == 0 for n in unseen),
        "Notifications/NumberOfUnAcknowledgedInformations": 0,
        "Notifications/Alarm": any(n.kind == 1 and not n.acknowledged for n in active),
        "Notifications/Alert": bool(unseen),
    }
    for slot, notice in enumerate(slots):
        tree |= {
            f"Notifications/{slot}/DateTime": notice.raised_at,
            f"Notifications/{slot}/Description": notice.description,
            f"Notifications/{slot}/DeviceName": notice.device,
            f"Notifications/{slot}/Service": notice.service,
            f"Notifications/{slot}/Trigger": notice.trigger,
            f"Notifications/{slot}/Type": notice.kind,
            f"Notifications/{slot}/AlarmValue": notice.level,
            f"Notifications/{slot}/Active": notice.active,
            f"Notifications/{slot}/Acknowledged": notice.acknowledged,
            f"Notifications/{slot}/Silenced": False,
            f"Notifications/{slot}/Value": str(notice.level),
        }
    return tree


def logger(plant: Plant) -> Tree:
    """com.victronenergy.logger: the link to VRM, one contact a minute."""
    return {
        "Vrm/TimeLastContact": int(plant.at // VRM_INTERVAL_S * VRM_INTERVAL_S),
        "Vrm/ConnectionError": 0,
        "Vrm/ConnectionErrorMessage": invalid(),
        "Buffer/Count": 0,
        "Buffer/FreeDiskSpace": FREE_BYTES,
        "Buffer/ErrorState": 0,
        "Buffer/Location": 0,
    }


def hub4(plant: Plant) -> Tree:
    """com.victronenergy.hub4: the ESS loop."""
    ess = plant.spec.converter.ess
    return {
        "MaxChargePower": invalid(),
        "MaxDischargePower": round(plant.battery.power_limits_w()[1], 1),
        "Overrides/Setpoint": ess.setpoint_w if ess else invalid(),
        "Overrides/ForceCharge": 0,
        "Overrides/FeedInExcess": 1,
        "Overrides/MaxDischargePower": -1.0,
        "PvPowerLimiterActive": int(plant.flow.throttled),
        "IsPeakShaving": 0,
        "Alarms/NoGridMeter": 0,
    }


def settings(plant: Plant) -> Tree:
    """com.victronenergy.settings: what the owner has chosen."""
    spec, unit, ess = plant.spec, plant.spec.converter, plant.spec.converter.ess
    managed = spec.battery.bms is not None
    return {
        "Settings/SystemSetup/SystemName": spec.name,
        "Settings/SystemSetup/AcInput1": unit.input_1.code,
        "Settings/SystemSetup/AcInput2": unit.input_2.code,
        "Settings/SystemSetup/BatteryService": "nobattery" if spec.battery.monitor is Monitor.NONE else "default",
        "Settings/SystemSetup/BmsInstance": -1,
        "Settings/SystemSetup/HasDcSystem": int(has_dc_system(plant)),
        "Settings/SystemSetup/HasAcOutSystem": 1,
        "Settings/SystemSetup/HasAcInLoads": int(spec.load.input_share > 0),
        "Settings/SystemSetup/MaxChargeCurrent": -1.0,
        "Settings/SystemSetup/MaxChargeVoltage": 0.0,
        "Settings/SystemSetup/SharedVoltageSense": 1,
        "Settings/SystemSetup/SharedTemperatureSense": 1,
        "Settings/SystemSetup/TemperatureService": "default",
        "Settings/Services/Bol": int(managed),
        "Settings/Services/Modbus": 1,
        "Settings/Services/MqttLocal": 0,
        "Settings/CGwacs/Hub4Mode": 1,
        "Settings/CGwacs/AcPowerSetPoint": ess.setpoint_w if ess else 50.0,
        "Settings/CGwacs/MaxChargePower": -1.0,
        "Settings/CGwacs/MaxDischargePower": -1.0,
        "Settings/CGwacs/MaxFeedInPower": -1.0,
        "Settings/CGwacs/OvervoltageFeedIn": int(ess.feed_in_dc) if ess else 0,
        "Settings/CGwacs/PreventFeedback": 0,
        "Settings/CGwacs/RunWithoutGridMeter": int(bool(ess and spec.grid and not spec.grid.metered)),
        "Settings/CGwacs/BatteryLife/State": (11 if plant.at_floor else 10),
        "Settings/CGwacs/BatteryLife/MinimumSocLimit": plant.ess_floor_percent if ess else 10.0,
        "Settings/CGwacs/BatteryLife/SocLimit": 10.0,
        "Settings/CGwacs/BatteryLife/Flags": 0,
        "Settings/DynamicEss/Mode": 0,
        "Settings/Alarm/System/GridLost": 1,
        "Settings/Alarm/Audible": 1,
        "Settings/Alarm/Vebus/HighDcRipple": 1,
        "Settings/Alarm/Vebus/HighTemperature": 1,
        "Settings/Alarm/Vebus/InverterOverload": 1,
        "Settings/Alarm/Vebus/LowBattery": 1,
        "Settings/Alarm/Vebus/TemperatureSenseError": 1,
        "Settings/Alarm/Vebus/VeBusError": 1,
        "Settings/Alarm/Vebus/VoltageSenseError": 1,
        "Settings/Canbus/can0/Profile": 2 if spec.battery.monitor is Monitor.PYLONTECH else 1,
        "Settings/Generator0/ServiceInterval": 0,
        "Settings/Generator0/Soc/Enabled": int(spec.genset is not None),
        "Settings/Generator0/Soc/StartValue": spec.genset.start_soc_percent if spec.genset else 90.0,
        "Settings/Generator0/Soc/StopValue": spec.genset.stop_soc_percent if spec.genset else 90.0,
        "Settings/Network/VrmPortal": 2,
        "Settings/Relay/Function": 1 if spec.genset else 2,
        "Settings/System/TimeZone": spec.timezone,
        "Settings/System/AutoUpdate": 0,
        "Settings/System/ReleaseType": 0,
        "Settings/System/SecurityProfile": 1,
        "Settings/Vrmlogger/LogInterval": VRM_INTERVAL_S,
        "Settings/Vrmlogger/HttpsEnabled": 1,
    }


def small(plant: Plant) -> dict[str, Tree]:
    """Services that are on every GX and say little."""
    return {
        "com.victronenergy.modbustcp": {
            "Services/Count": 12,
            "LastError/Message": invalid(),
            "LastError/Timestamp": invalid(),
        },
        "com.victronenergy.fronius": {"AutoDetect": 0, "ScanProgress": 100.0},
        "com.victronenergy.ble": {},
    }
