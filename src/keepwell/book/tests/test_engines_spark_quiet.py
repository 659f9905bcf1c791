"""Spark says nothing but the answer, and why it failed where it did."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("pyspark")

ASKED = """
import sys
import narwhals as nw
import pyarrow as pa
from keepwell.book.engines import engine_named
from keepwell.lib.errors import KeepwellError

try:
    spark = engine_named("spark")
except KeepwellError as error:
    sys.exit(error.seen)
rows = spark.frame(pa.table({"n": [1, 2, 3], "word": ["a", "b", "c"]}))
print(spark.collect(rows.select(nw.col("n").sum()))["n"].to_pylist())
try:
    spark.collect(rows.select(nw.col("word").cast(nw.Int64)))
except Exception as error:
    print("CAST_INVALID_INPUT" in str(error))
spark.close()
"""


def asked(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", ASKED],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_spark_prints_nothing_but_the_answer_and_errors_stay_readable(spark):
    found = asked()
    assert (found.stdout, found.stderr) == ("[6]\nTrue\n", "")


def test_a_spark_that_does_not_start_says_why_in_one_line():
    found = asked(JAVA_HOME="/nowhere")
    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "/nowhere/bin/java" in found.stderr
