"""What counts as an outcome: a definition, the codes that make it, and the codes that give it away."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from evidens.codes import CodeList
from evidens.foundation import EvidensError, Fault, Faults, build_settings
from evidens.phenotypes.definition import PhenotypeSettings

FOLDER = Path(__file__).parent


class PhenotypeError(EvidensError):
    """A phenotype that does not exist, or whose files do not fit together."""


@dataclass(frozen=True)
class Phenotype:
    """A phenotype with its code lists.

    Parameters
    ----------
    name : str
        Name of its folder.
    settings : PhenotypeSettings
        Its definition.
    codes : CodeList
        Codes that the definition speaks of, by group (codes.csv).
    suspicion : CodeList
        Codes that say that someone already suspects or treats the disease (suspicion.csv). They are no
        predictors: a model that reads them finds those who have been found.
    """

    name: str
    settings: PhenotypeSettings
    codes: CodeList
    suspicion: CodeList


def find_phenotypes() -> tuple[str, ...]:
    """Names of the phenotypes there are, sorted.

    >>> "type_2_diabetes" in find_phenotypes()
    True
    """
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/definition.yaml")))


def load_phenotype(name: str) -> Phenotype:
    """Read a phenotype from its folder.

    Parameters
    ----------
    name : str
        Name of a folder of `evidens.phenotypes`.

    Raises
    ------
    PhenotypeError
        If there is no such phenotype, or its definition names groups that codes.csv lacks.
    evidens.foundation.SettingsError, evidens.codes.CodeListError
        If one of its files is wrong.

    Examples
    --------
    >>> load_phenotype("type_2_diabetes").settings.occurrence
    2
    """
    if name not in find_phenotypes():
        remedy = f"There are: {', '.join(find_phenotypes())}."
        raise PhenotypeError(Fault("phenotypes", f"no phenotype '{name}'.", remedy))
    folder = FOLDER / name
    definition = yaml.safe_load((folder / "definition.yaml").read_text(encoding="utf-8"))
    settings = build_settings(PhenotypeSettings, definition, place=f"phenotypes/{name}/definition.yaml")
    codes, suspicion = CodeList.load(folder / "codes.csv"), CodeList.load(folder / "suspicion.csv")
    faults = Faults()
    for group in sorted(settings.groups ^ set(codes.groups)):
        finding = f"group '{group}' is {'not in codes.csv' if group in settings.groups else 'not in the definition'}."
        faults.add(f"phenotypes/{name}", finding, "Every group is named in both.")
    faults.stop(PhenotypeError)
    return Phenotype(name, settings, codes, suspicion)
