from evidens.foundation import StageLog, track


def test_nothing_but_plain_lines_where_there_is_no_terminal(capsys):
    assert list(track([1, 2, 3], what="reading buckets")) == [1, 2, 3]
    log = StageLog("intake")
    log.say("lab: 12 rows kept")
    log.count(12)
    log.finish()
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert lines[0] == "  lab: 12 rows kept"
    assert lines[1].startswith("intake: 12 rows, ")
    assert lines[1].endswith("MB")
