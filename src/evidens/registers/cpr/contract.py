"""Contract of the link between civil registration numbers, one row per number that was replaced.

The old number is listed as unused on purpose: it may not reach the pseudonymised zone. `cpr.links` reads it in the
raw zone, where every other register's numbers are brought up to date before they become pseudonyms.
"""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

OLD = ("pnr_old", "pnr_gl", "v_pnr_gl", "cpr_gl")

PNR_LINK = RegisterTable(
    register="cpr",
    name="pnr_link",
    description="One number that was replaced by another.",
    columns=(
        person("pnr_new", "pnr_active", "pnr"),
        RegisterColumn("valid_from", "date", ("valid_from", "d_valid_from", "d_fra"), "of several, the latest counts"),
    ),
    unused=(*OLD, "year", "aar", "version"),
)

TABLES = (PNR_LINK,)
