"""Figures on Denmark's population that the simulation draws from, with how far each is known.

Verified totals are named as such; the rest are the simulation's own assumptions, chosen to agree with
these totals, and no finding about Denmark may rest on them.
"""

import numpy as np

from evidens.simulation.arrays import Floats

QUARTERS_OF_LIFE = 500  # 125 years: no one grows older

# Residents on 1 January 2006 by five-year age, in thousands (assumption; total near 5.30 million).
PYRAMID_2006 = np.array(
    [326, 342, 352, 320, 300, 326, 372, 386, 418, 371, 358, 370, 330, 236, 180, 134, 92, 50, 18, 4], dtype=float
)

# Share of women by age (assumption).
FEMALE_AGES = np.array([0, 50, 65, 75, 85, 95])
FEMALE_SHARES = np.array([0.487, 0.497, 0.51, 0.53, 0.60, 0.72])

# Residents by region: 81 North, 82 Central, 83 South, 84 Capital, 85 Zealand (verified to the percent).
REGION_SHARES = {"danish": (0.10, 0.23, 0.215, 0.305, 0.15), "foreign": (0.08, 0.20, 0.18, 0.42, 0.12)}

# Immigrants and descendants: 8.1 % and 2.6 % in 2013 (verified); by age and in 2006 assumed.
IMMIGRANT_AGES = np.array([0, 15, 25, 40, 60, 80])
IMMIGRANT_SHARES = np.array([0.02, 0.045, 0.085, 0.075, 0.035, 0.025])
DESCENDANT_AGES = np.array([0, 10, 20, 30, 40])
DESCENDANT_SHARES = np.array([0.08, 0.07, 0.04, 0.015, 0.003])
BORN_DESCENDANT_SHARE = 0.08
WESTERN_SHARE = {"immigrant": 0.42, "descendant": 0.15}
FIRST_OF_JANUARY_SHARE = 0.12  # of non-western immigrants registered as born on 1 January (assumption)

# Countries of origin, ISO 3166 codes and weights (assumption).
COUNTRIES = {
    "danish": {"DK": 1.0},
    "western": {"DE": 0.25, "PL": 0.25, "NO": 0.15, "SE": 0.15, "GB": 0.1, "RO": 0.1},
    "non_western": {"TR": 0.3, "IQ": 0.2, "IR": 0.15, "PK": 0.2, "VN": 0.15},
}

# How many immigrate, by year, relative to others (assumption; 98,344 in 2023 are verified, returns included).
ARRIVAL_YEARS = np.array([2006, 2014, 2023])
ARRIVAL_WEIGHTS = np.array([0.65, 1.0, 1.35])

# Immigrants by age at arrival (assumption).
ARRIVAL_AGES = np.array([0, 18, 36, 60, 80])
ARRIVAL_SHARES = np.array([0.15, 0.58, 0.23, 0.04])

# Emigration per year by age and origin, near 11.5 per 1,000 over all (total verified, split assumed).
EMIGRATION_AGES = np.array([0, 17, 20, 30, 40, 60])
EMIGRATION_RATES = np.array([0.003, 0.003, 0.011, 0.010, 0.004, 0.001])
FOREIGN_EMIGRATION_FACTOR = 19.0
RETURN_SHARE = 0.35
MOVE_SHARE = 0.12  # of people who once move to another region (assumption)


def death_hazards() -> Floats:
    """Hazard of death per quarter of life, by sex (0 women, 1 men) and age in quarters.

    Returns
    -------
    array of shape (2, QUARTERS_OF_LIFE)
        Gompertz hazards which give life expectancies of 83.9 and 80.0 years and 58,200 deaths a year in
        the population of 2023 (58,384 registered); 0 in the quarter of birth, certain at the end.
    """
    age = np.arange(QUARTERS_OF_LIFE) / 4 + 0.125
    yearly = np.stack([0.0125 * np.exp(0.112 * (age - 70)), 0.0195 * np.exp(0.106 * (age - 70))])
    yearly += 0.00015 * (age >= 18)
    yearly[:, age < 1] += np.array([[0.0028], [0.0032]]) * 4 / 3
    yearly[:, 0] = 0.0
    yearly[:, -20:] = 1e3
    return yearly / 4


def arrival_shares(first_quarter: int, n_quarters: int) -> Floats:
    """Share of the immigrants who come in each quarter; quarters are counted from year 0."""
    year = (first_quarter + np.arange(n_quarters) + 0.5) / 4
    weights = np.interp(year, ARRIVAL_YEARS, ARRIVAL_WEIGHTS)
    return weights / weights.sum()


def emigration_hazards() -> Floats:
    """Hazard of emigration per quarter of life, by foreign origin (0 Danish, 1 foreign) and age in quarters."""
    yearly = np.interp(np.arange(QUARTERS_OF_LIFE) / 4, EMIGRATION_AGES, EMIGRATION_RATES)
    return np.stack([yearly, yearly * FOREIGN_EMIGRATION_FACTOR]) / 4
