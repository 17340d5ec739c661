"""What a study asks about a phenotype: within which time, for what use, at which risk one would act."""

from dataclasses import dataclass

from evidens.foundation import Horizon


@dataclass(frozen=True)
class OutcomeSettings:
    """The question of one study (conf/outcome/).

    Parameters
    ----------
    title : str
        Name for headings.
    question : str
        What is predicted, of whom, within which time; one sentence.
    population : str
        Who is predicted for; one phrase.
    phenotype : str
        Name of the phenotype that counts as the outcome.
    horizon_days : int
        The outcome counts in (index, index + horizon_days].
    thresholds : tuple of float
        Predicted risks at which one might act, ascending, inside (0, 1).
    main_threshold : float
        The one of them that the intended use acts at.
    intended_use : str
        Who uses the prediction, for whom, to decide what; one sentence.
    lay_description : str
        The same for a reader who is neither a clinician nor a statistician.
    """

    title: str
    question: str
    population: str
    phenotype: str
    horizon_days: int
    thresholds: tuple[float, ...]
    main_threshold: float
    intended_use: str
    lay_description: str

    def __post_init__(self) -> None:
        if list(self.thresholds) != sorted(set(self.thresholds)) or not all(0 < t < 1 for t in self.thresholds):
            raise ValueError("thresholds are risks between 0 and 1 in ascending order, each once")
        if self.main_threshold not in self.thresholds:
            raise ValueError(f"main_threshold {self.main_threshold:g} is none of the thresholds")
        _ = self.horizon  # raises what is wrong with it

    @property
    def horizon(self) -> Horizon:
        """The window in which the outcome counts."""
        return Horizon(self.horizon_days)
