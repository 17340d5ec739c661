"""What a delivered table may look like, and which of it the study needs.

A delivery is not the register: columns, letter case and types differ by project and by year. So a
contract says three things: the logical columns, the physical forms accepted for each, and (by
`purpose`) why each is needed. What is listed without a purpose is known and left behind; what is not
listed at all stops the intake.
"""

from dataclasses import dataclass
from typing import Literal

from evidens.foundation import EvidensError

Kind = Literal["person", "contact", "course", "date", "datetime", "time", "code", "text", "number", "week"]


class RegisterError(EvidensError):
    """A delivery that does not keep its contract."""


@dataclass(frozen=True)
class RegisterColumn:
    """One logical column of a delivered table.

    Parameters
    ----------
    name : str
        Logical name, English.
    kind : str
        "person", "contact" and "course" are keys that become pseudonyms; "date", "datetime" and "time" accept
        several physical forms; a "code" is text in capitals without blanks; "number" may be text with
        a decimal comma; a "week" is a year of two digits and an ISO week, read as its Monday.
    aliases : tuple of str
        Names it is delivered under, lower case, the usual one first.
    purpose : str
        Why the study needs it.
    required : bool
        Whether a file without it is refused; a column that may be absent is then empty.
    pad : int
        Digits a code has at least: leading zeros are lost where it was stored as a number.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...]
    purpose: str
    required: bool = True
    pad: int = 0


@dataclass(frozen=True)
class RegisterTable:
    """One delivered table.

    Parameters
    ----------
    register : str
        The folder of the delivery it lies in.
    name : str
        The usual name of its files, before the year.
    columns : tuple of RegisterColumn
        What the study needs.
    unused : tuple of str
        Delivered names that are known and not needed: they are left behind before anything is written.
    aliases : tuple of str
        Other names of the files.
    duplicates : str
        What the rule is called by which rows that are equal in all needed columns are dropped.
    description : str
        One sentence: what one row is.
    """

    register: str
    name: str
    columns: tuple[RegisterColumn, ...]
    unused: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    duplicates: str = "exact duplicate row"
    description: str = ""

    def column_of(self, kind: Kind) -> RegisterColumn | None:
        """Return the first column of `kind`, such as the person key, or None."""
        return next((column for column in self.columns if column.kind == kind), None)

    @property
    def is_linked(self) -> bool:
        """Whether its rows belong to a person only through a contact."""
        return self.column_of("person") is None

    @property
    def has_contacts(self) -> bool:
        """Whether it says which person a contact belongs to."""
        return not self.is_linked and self.column_of("contact") is not None

    @property
    def links_persons(self) -> bool:
        """Whether it says which person a contact or a course belongs to."""
        return self.has_contacts or (not self.is_linked and self.column_of("course") is not None)


def person(*aliases: str) -> RegisterColumn:
    """Return the column of a table's person key."""
    return RegisterColumn("person", "person", aliases, "links a person's rows; replaced by a pseudonym")


def contact(*aliases: str) -> RegisterColumn:
    """Return the column of a table's contact key."""
    return RegisterColumn("contact", "contact", aliases, "links diagnoses to contacts; replaced by a pseudonym")
