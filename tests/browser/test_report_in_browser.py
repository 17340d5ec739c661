"""The page in a real browser: nothing fetched, nothing cut off, readable on a phone and on paper."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from evidens.reports import render_report

CHROMIUM = shutil.which("chromium")
EXAMPLE = Path(__file__).parents[1] / "unit" / "reports" / "example_report.py"
SECTIONS = 14
OVERFLOWING = """
() => [...document.querySelectorAll('main *, header *')].filter(e => {
  if (e.closest('svg, .table, pre') || getComputedStyle(e).display === 'none') return false;
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.right > document.documentElement.clientWidth + 1;
}).map(e => e.tagName + '.' + e.className)
"""
CLIPPED = """
() => [...document.querySelectorAll('td, th, caption, figcaption, h1, h2, h3, dd')]
  .filter(e => e.offsetWidth && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.tagName + ': ' + e.textContent.trim().slice(0, 40))
"""
SVG_TEXT = """
() => [...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width).flatMap(s => {
  const frame = s.getBoundingClientRect();
  return [...s.querySelectorAll('text')].map(t => {
    const box = t.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(t).fontSize) * frame.width / s.viewBox.baseVal.width;
    const out = box.left < frame.left - 2 || box.right > frame.right + 2;
    return {text: t.textContent, size, out, left: box.left, right: box.right, top: box.top, bottom: box.bottom,
            figure: s.getAttribute('aria-label')};
  });
})
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("example_report", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(example.build_example()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=[390, 768, 1400])
def page(request, browser, path):
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.requests, page.complaints = [], []
    page.on("request", lambda r: page.requests.append(r.url))
    page.on("console", lambda m: page.complaints.append(m.text))
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.goto(path.as_uri())
    yield page
    page.close()


def test_nothing_but_the_page_is_requested_and_nothing_complains(page, path):
    assert [url for url in page.requests if url not in (path.as_uri(), "data:,")] == []
    assert page.complaints == []


def test_the_page_never_scrolls_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate(CLIPPED) == []


def test_no_table_needs_to_be_scrolled_on_a_desk_or_a_phone(page):
    """In between, a table of many columns scrolls within its own frame."""
    scrolled = page.eval_on_selector_all(
        ".table", "all => all.filter(t => t.scrollWidth > t.clientWidth + 1).map(t => t.getAttribute('aria-label'))"
    )
    assert scrolled == [] or page.viewport_size["width"] == 768


def test_all_sections_are_there_and_reached_from_the_contents(page):
    assert page.locator("main > section").count() == SECTIONS
    targets = page.eval_on_selector_all("nav a", "links => links.map(a => a.getAttribute('href').slice(1))")
    assert targets == page.eval_on_selector_all("main > section", "sections => sections.map(s => s.id)")


def test_every_figure_shows_a_drawing_with_text_that_can_be_read(page):
    shown = page.eval_on_selector_all(
        "figure .drawing",
        "all => all.map(d => [...d.querySelectorAll('svg')].some(s => s.getBoundingClientRect().height > 99))",
    )
    assert shown
    assert all(shown)
    texts = page.evaluate(SVG_TEXT)
    assert min(t["size"] for t in texts) >= 8.5  # CSS pixels
    assert [t["text"] for t in texts if t["out"]] == []


def test_no_two_labels_of_a_drawing_lie_on_each_other(page):
    texts = [t for t in page.evaluate(SVG_TEXT) if t["text"].strip()]
    clashes = []
    for i, a in enumerate(texts):
        for b in texts[i + 1 :]:
            if a["figure"] != b["figure"]:
                continue
            across = min(a["right"], b["right"]) - max(a["left"], b["left"])
            down = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            if across > 1 and down > 0.35 * min(a["bottom"] - a["top"], b["bottom"] - b["top"]):
                clashes.append((a["text"], b["text"]))
    assert clashes == []


def test_every_landmark_and_picture_has_a_name(page):
    assert page.locator("main").count() == 1
    assert page.locator("nav[aria-label]").count() == 1
    assert page.locator("svg:not([aria-label])").count() == 0
    assert page.locator("table:not(:has(caption))").count() == 0


def test_on_a_phone_each_cell_names_its_column(browser, path):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(path.as_uri())
    label = page.evaluate("getComputedStyle(document.querySelector('#performance td'), '::before').content")
    assert "Internal validation" in label
    assert page.evaluate("getComputedStyle(document.querySelector('.narrow')).display") == "block"
    page.close()


def test_it_prints_on_a4_with_tables_and_wide_figures(browser, path):
    page = browser.new_page()
    page.goto(path.as_uri())
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf
    page.set_viewport_size({"width": 673, "height": 980})  # A4 less its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 673
    assert page.evaluate("[...document.querySelectorAll('table')].filter(t => t.offsetWidth > 674).length") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('#performance table')).display") == "table"
    assert page.evaluate("getComputedStyle(document.querySelector('.narrow')).display") == "none"
    assert min(t["size"] for t in page.evaluate(SVG_TEXT)) >= 8
    page.close()


def test_text_stands_out_from_its_ground(browser, path):
    page = browser.new_page()
    page.goto(path.as_uri())
    colours = page.evaluate("""() => [...new Set([...document.querySelectorAll('main *, header *, nav *')]
        .filter(e => e.childNodes.length && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .filter(e => !e.closest('svg')).map(e => getComputedStyle(e).color))]""")
    assert colours
    assert [c for c in colours if contrast_on_white(c) < 4.5] == []
    page.close()


def contrast_on_white(colour):
    """Contrast ratio of WCAG 2 between an rgb() colour and white."""
    channels = [int(v) / 255 for v in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
