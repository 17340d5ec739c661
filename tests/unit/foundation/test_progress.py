import io
import re

import pytest

from evidens.foundation import StageLog, peak_memory_mb, track


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown_for(monkeypatch, items, **how):
    """Return what was yielded, and what a terminal showed meanwhile."""
    screen = Terminal()
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", screen)
        done = list(track(items, **how))
    return done, screen.getvalue()


def test_nothing_but_plain_lines_where_there_is_no_terminal(capsys):
    assert list(track([1, 2, 3], what="reading buckets", rows=lambda item: item)) == [1, 2, 3]
    log = StageLog("intake")
    log.say("lab: 12 rows kept")
    log.count(12)
    log.finish()
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert lines[0] == "  lab: 12 rows kept"
    assert re.fullmatch(r"intake: 12 rows, [\d,]+ rows/s, \d+\.\d s, peak [\d,]+ MB", lines[1])


def test_a_stage_without_rows_says_nothing_of_their_speed(capsys):
    StageLog("report").finish()
    assert re.fullmatch(r"report: 0 rows, \d+\.\d s, peak [\d,]+ MB\n", capsys.readouterr().out)


def test_a_terminal_shows_what_is_done_rows_per_second_and_the_time_left(monkeypatch):
    work, how = iter([100, 200, 300]), {"total": 3, "rows": lambda item: 1_000 * item}
    done, shown = shown_for(monkeypatch, work, what="simulating shards", **how)
    assert done == [100, 200, 300]
    assert "simulating shards" in shown
    assert re.search(r"[\d,]{5,} rows/s", shown)
    assert "3/3" in shown
    assert re.search(r"\d:\d\d:\d\d|-:--:--", shown)


def test_a_bar_without_rows_shows_no_speed(monkeypatch):
    done, shown = shown_for(monkeypatch, [1, 2], what="listing files")
    assert done == [1, 2]
    assert "listing files" in shown
    assert "rows/s" not in shown


def test_an_error_passes_through_the_bar(monkeypatch):
    def broken():
        yield 1
        raise ValueError("shard 2 is broken")

    with pytest.raises(ValueError, match="shard 2"):
        shown_for(monkeypatch, broken(), what="simulating shards", total=2)


def test_peak_memory_is_that_of_the_process_and_no_less_than_it_holds():
    assert 20 < peak_memory_mb(children=False) <= peak_memory_mb() < 100_000
