"""Reads the tables with pandas and DuckDB and compares them with the log."""

import json
import math
import re
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from readers import log
from readers.conftest import run

DOCS = Path(__file__).parents[2] / "docs" / "sessions.md"
TABLES = ["sessions", "frames", "notes", "decisions"]


def test_both_formats_are_the_same(exports):
    for table in TABLES:
        parquet = pd.read_parquet(exports / "parquet" / f"{table}.parquet")
        texts = {c: str for c in parquet.columns if pd.api.types.is_string_dtype(parquet[c])}  # 6e55695 is text
        csv = pd.read_csv(exports / "csv" / f"{table}.csv", keep_default_na=False, na_values=[""], dtype=texts)
        assert list(csv.columns) == list(parquet.columns) and len(csv) == len(parquet) > 0
        for column in parquet.columns:
            a, b = parquet[column], csv[column]
            assert list(a.isna()) == list(b.isna()) or (a.fillna("") == b.fillna("")).all(), column
            if column == "start":
                b = pd.to_datetime(b)
            if column == "prob":
                b = b.astype("float32")
            both = ~a.isna() & ~b.isna()
            assert (a[both] == b[both].astype(a.dtype)).all(), column


def test_pandas_reads_the_jam(exports, logs):
    tables = {name: pd.read_parquet(exports / "parquet" / f"{name}.parquet") for name in TABLES}
    assert set(tables["sessions"].session) == set(logs)
    for session, lines in logs.items():
        of = {name: table[table.session == session] for name, table in tables.items()}
        logged = log.of(lines, "frame")
        played = of["frames"][of["frames"].played]
        assert list(of["frames"].frame) == list(range(log.frames(lines))) and of["frames"].at_us.is_monotonic_increasing
        for table in [played, of["decisions"]]:
            assert list(table.frame) == [line["frame"] for line in logged]
            assert list(table.at_us) == [line["at_us"] for line in logged]
            assert list(table.missed) == [bool(line.get("missed")) for line in logged]
        for column in ["chosen", "sounded", "symbol", "step_us", "late_us"]:
            assert list(of["decisions"][column]) == [line[column] for line in logged]
        notes = of["notes"]
        keys, want = notes[notes.part == "player"], log.keys(lines)
        assert list(zip(keys.at_us, keys.pitch, keys.velocity)) == [key[:3] for key in want]
        assert list(keys.length_us.isna()) == [key[3] is None for key in want]
        assert list(keys.length_us.dropna()) == pytest.approx([key[3] for key in want if key[3] is not None], abs=1e-3)
        heard = notes[notes.part == "melody"]
        assert list(zip(heard.frame, heard.pitch, heard.frames)) == log.notes(lines)
        at = dict(zip(of["frames"].frame, of["frames"].at_us))
        assert [at[frame] for frame in heard.frame] == list(heard.at_us)
        sounded = notes[notes.part.isin(["chord", "bass"])]
        assert sorted(zip(sounded.frame, sounded.pitch, sounded.part == "bass")) == log.struck(lines)


def test_schema_has_types(exports):
    frames = pq.read_schema(exports / "parquet" / "frames.parquet")
    assert str(frames.field("at_us").type) == "double" and str(frames.field("melody").type) == "int32"
    assert str(frames.field("note_in_chord").type) == "bool" and str(frames.field("chord").type) == "string"
    assert str(pq.read_schema(exports / "parquet" / "sessions.parquet").field("start").type) == "timestamp[us, tz=UTC]"


def test_every_column_is_told(exports):
    """docs/sessions.md describes every column, and no column that does not exist."""
    text = DOCS.read_text()
    for table in TABLES:
        section = re.search(rf"^#### {table}\n(.*?)(?=^##|\Z)", text, re.M | re.S).group(1)
        cells = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
        told = re.findall(r"`(\w+)`", " ".join(cells))
        assert told == pq.read_schema(exports / "parquet" / f"{table}.parquet").names


def queries():
    return re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.S)


def test_there_are_examples():
    assert len(queries()) >= 4


@pytest.mark.parametrize("query", queries())
def test_examples_in_the_docs(query, exports, monkeypatch):
    monkeypatch.chdir(exports / "parquet")
    rows = duckdb.sql(query).fetchall()
    assert rows, query
    assert not any(isinstance(value, float) and math.isnan(value) for row in rows for value in row)


def test_note_in_chord_is_that_of_show(exports, sessions, logs):
    frames = exports / "parquet" / "frames.parquet"
    # The entry of a frame has the melody of the frame before.
    known = f"select *, lead(played) over (partition by session order by frame) as next from '{frames}'"
    query = f"select session, avg(note_in_chord::int) from ({known}) where played and next is not false group by all"
    shares = dict(duckdb.sql(query).fetchall())
    for session in logs:
        shown = json.loads(run("sessions", "show", sessions / session, "--json"))
        assert shown["note_in_chord"] == pytest.approx(shares[session], abs=1e-12)
