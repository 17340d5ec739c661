"""The page is complete, honest about what is absent, self-contained and the same each time."""

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from evidens.reports import ReportContentError, ReportSettings, render_report

SECTIONS = ["question", "data", "people", "performance", "calibration", "decision", "classification", "subgroups",
            "truth", "explanation", "gates", "limits", "change", "lineage"]  # fmt: skip
VOID = {"meta", "link", "br", "use", "path", "rect"}


class Outline(HTMLParser):
    """Collects what the tests look at, and whether tags are closed in order."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.misnested, self.headings, self.ids = [], [], [], []
        self.n_empty_cells, self._cell = 0, None

    def handle_starttag(self, tag, attrs):
        self.ids += [v for k, v in attrs if k == "id"]
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag == "td":
            self._cell = ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [v for k, v in attrs if k == "id"]

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.misnested.append(tag)
        if tag == "td":
            self.n_empty_cells += not (self._cell or "").strip()
            self._cell = None

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data


def outline_of(page):
    outline = Outline()
    outline.feed(page)
    return outline


def text_of(page):
    page = re.sub(r"<(style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def without_models(content):
    """Leave out evidence and curves where they are not asked about: most of the time goes into figures."""
    return replace(content, evidence=content.evidence.clear(), curves=content.curves.clear())


@pytest.fixture(scope="module")
def page(content):
    return render_report(content)


def test_all_thirteen_sections_stand_in_order(page):
    assert re.findall(r'<section id="([^"]+)"', page) == SECTIONS


def test_the_page_is_well_nested_with_unique_ids_and_no_empty_cell(page):
    outline = outline_of(page)
    assert outline.misnested == []
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.n_empty_cells == 0


def test_headings_never_skip_a_level(page):
    headings = outline_of(page).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(headings))


def test_every_table_has_caption_and_scopes_and_every_figure_a_description(page):
    tables = re.findall(r"<table.*?</table>", page, flags=re.DOTALL)
    assert len(tables) > 15
    assert all("<caption>" in t and 'scope="col"' in t and 'scope="row"' in t for t in tables)
    assert all("aria-label=" in tag for tag in re.findall(r"<svg[^>]*>", page))


def test_nothing_is_fetched_and_nothing_runs(page):
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', page)
    assert not re.findall(r"url\((?!#)", page)
    assert "@import" not in page


def test_equal_content_gives_equal_bytes(content, page):
    assert render_report(content) == page


def test_it_says_that_it_is_synthetic_and_no_device(page):
    assert "Synthetic data: no real person is described here. Not a medical device." in page


def test_a_real_study_is_not_called_synthetic_and_shows_no_truth(content):
    page = text_of(render_report(replace(content, is_simulated=False)))
    assert "Synthetic data" not in page
    assert "Not a medical device" in page
    assert "the truth" not in page


def test_suppressed_groups_are_shown_as_suppressed(page):
    text = text_of(page)
    assert "suppressed: rests on fewer than 5 people" in text
    assert re.search(r"Unknown suppressed (\w) suppressed \1 suppressed \1", text)  # counts, too
    assert "How well the model ranks these groups in external validation: Origin: Unknown" in text


def test_insufficient_groups_are_shown_as_insufficient(example):
    page = render_report(example.build_example(suppressed=False))
    assert "insufficient: fewer than 10 events" in text_of(page)


def test_a_phase_that_is_not_opened_shows_its_reason_and_none_of_its_numbers(content):
    phases = tuple(
        replace(p, is_opened=False, reason="the temporal gate failed") if p.name == "external" else p
        for p in content.phases
    )
    page = text_of(render_report(replace(content, phases=phases)))
    assert "Not opened: the temporal gate failed" in page
    assert "0.771" not in page  # AUROC of external validation
    assert "In its strongest test so far, temporal validation" in page


def test_verdicts_are_words_and_symbols(example):
    page = text_of(render_report(without_models(example.build_example(verdict="INCONCLUSIVE"))))
    assert "✓ Pass" in page
    assert "? Inconclusive" in page
    assert "○ Not opened" in page
    assert "Not settled" in page


def test_a_report_on_nothing_says_in_every_section_that_nothing_is_known(example):
    content = example.build_example(n_opened=0)
    empty = {name: getattr(content, name).clear()
             for name in ("evidence", "curves", "gates", "flow", "table_one", "accounts")}  # fmt: skip
    page = render_report(replace(content, **empty, limits=(), lineage={}, reproduce=(), change_summary=()))
    assert re.findall(r'<section id="([^"]+)"', page) == SECTIONS
    bodies = re.findall(r'<section id="(?:data|people|performance|calibration|decision|classification|subgroups|'
                        r'truth|explanation|limits|change|lineage)".*?</section>', page, flags=re.DOTALL)  # fmt: skip
    assert len(bodies) == 12
    assert all("ot known" in body or "none were written" in body for body in bodies)
    assert "nan" not in text_of(page).lower().split()


def test_words_from_outside_cannot_become_markup(content):
    page = render_report(replace(without_models(content), title="<script>alert(1)</script>", limits=("<b>bold</b>",)))
    assert "<script" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_rows_of_other_outcomes_are_left_out(content, page):
    other = content.evidence.with_columns(outcome=pl.lit("colorectal_cancer"), value=pl.lit(0.123))
    assert render_report(replace(content, evidence=pl.concat([content.evidence, other]))) == page


def test_a_warning_beside_a_value_becomes_a_footnote(page):
    assert "<sup>a</sup> biased upward in small samples" in page


def test_measures_without_a_place_of_their_own_are_listed(page):
    further = re.search(r"Further measures.*?</table>", page, flags=re.DOTALL).group(0)
    assert "Events in development / events needed" in further
    assert "2.7" in further  # 2.68 without an interval: two digits
    assert "HbA1c, latest (mmol/mol); invented" in further  # the feature with the highest AUROC
    assert "within 0.0001 of 0" in further  # contributions add up to the prediction
    assert "E50" in further


def test_other_models_are_laid_over_the_decision_curves(content, page):
    figure = re.search(r'<section id="decision".*?</figure>', page, flags=re.DOTALL).group(0)
    assert figure.count(">age, sex<") == figure.count(">logistic<") == figure.count("<svg") == 3


def test_regions_left_out_and_measured_shares_have_tables(page):
    text = text_of(page)
    assert "internal-external validation" in text
    assert "How often a feature that may be missing was measured" in text


def test_a_closed_phase_has_no_criteria_of_its_own(page):
    assert "the phase is open" not in page


def test_rows_kept_that_were_taken_away_are_not_zero(content):
    accounts = content.accounts.filter(~((pl.col("table") == "lpr3") & (pl.col("fate") == "kept")))
    page = render_report(replace(without_models(content), accounts=accounts))
    assert "lpr3 512,204 suppressed 214 0" in text_of(page)


def test_a_flow_with_too_few_people_says_suppressed_not_zero(content):
    is_last = pl.col("step") == 5
    rule = pl.when(is_last).then(pl.col("rule") + " (suppressed: too few people remain)").otherwise("rule")
    zeros = [pl.when(is_last).then(0).otherwise(c).alias(c) for c in ("n_people", "n_rows", "n_left_out")]
    flow = content.flow.with_columns(rule.alias("rule"), *zeros)
    page = render_report(replace(without_models(content), flow=flow))
    assert "People: suppressed" in page
    assert "(suppressed: too few people remain) suppressed suppressed suppressed" in text_of(page)


def test_settings_change_how_much_is_shown(content):
    page = render_report(content, ReportSettings(n_features=2, n_dependence=1))
    assert "The 2 features of 9" in page
    assert page.count('aria-label="How the contribution') == 1


def test_faults_of_the_content_come_all_at_once(content):
    with pytest.raises(ReportContentError) as caught:
        render_report(replace(content, gates=content.gates.drop("verdict", "finding"), main_threshold=0.4,
                              phases=(*content.phases, content.phases[0])))  # fmt: skip
    message = str(caught.value)
    assert "report: gates: no column 'verdict'" in message
    assert "report: gates: no column 'finding'" in message
    assert "'feasibility' occurs twice" in message
    assert "main_threshold" in message


def test_the_shipped_settings_can_be_built():
    from pathlib import Path

    import yaml

    from evidens.foundation import build_settings

    path = Path(__file__).parents[3] / "conf" / "report" / "default.yaml"
    built = build_settings(ReportSettings, yaml.safe_load(path.read_text()), place="default.yaml")
    assert replace(built, world_note="", limits=()) == ReportSettings()
    assert built.limits
