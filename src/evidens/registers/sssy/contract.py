"""Contract of SSSY (Danish Health Data Authority), one row per person, week of billing, service and practice."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

SSSY = RegisterTable(
    register="sssy",
    name="sssy",
    aliases=("sysi",),
    description="Services of one kind that one practice billed for one person in one week.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        RegisterColumn("billed_on", "week", ("honuge",), "week of billing; the day of the service is not known before"),
        RegisterColumn("service", "code", ("speciale",), "specialty (two digits) and service (four)"),
        RegisterColumn("specialty", "code", ("spec2",), "tells five digits from six that have lost a zero",
                       required=False, pad=2),
        RegisterColumn("n_services", "number", ("ydlant", "antydel"), "number of services"),
        RegisterColumn("for_child", "code", ("barnmak",), "services for the person's child are not the person's"),
        RegisterColumn("practice", "code", ("ydernr",), "tells equal services of two practices apart", required=False),
        RegisterColumn("treated_on", "date", ("behandlingsdato",), "tells equal services of one week apart; from 2021",
                       required=False),
        RegisterColumn("period", "code", ("afrper",), "tells services billed in two periods apart", required=False),
    ),
    unused=(
        "kontakt", "bruhon", "sikgrup", "ydtyp", "ydltid", "patgrp", "koenimp", "koen",
        "alder", "kom", "version", "year", "aar",
    ),
)  # fmt: skip

TABLES = (SSSY,)
