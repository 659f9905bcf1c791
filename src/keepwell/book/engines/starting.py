"""Starting Spark without its noise, and saying in one line why it did not start."""

import logging
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOGGING = Path(__file__).with_name("spark.log4j2.properties")
_DEFAULTS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.ansi.enabled": "true",
    "spark.driver.memory": "3g",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}",
}


def spark_session(settings: Mapping[str, str]) -> "SparkSession":
    """The Spark of this process, started where there is none. Raises KeepwellError where it cannot be."""
    try:
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
    except ImportError:
        raise KeepwellError(
            _("Spark is not installed."),
            ways=[
                _("Install it: pip install 'keepwell[spark]' (and Java 17)."),
                _("Use --engine duckdb."),
            ],
        ) from None
    # Tells on the error output, as JSON, of every exception that it raises as well.
    logging.getLogger("DataFrameQueryContextLogger").disabled = True
    options = {**_DEFAULTS, **settings}
    master = options.pop("master", "local[2]")
    if master.startswith("local"):
        # Spark's own default is the first python3 on the path, which need not have what we need.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf().setAppName("keepwell").setMaster(master)
    conf.setAll(list(options.items()))
    with tempfile.TemporaryFile() as said:
        try:
            # Java writes to a file of ours, unlinked already: what it says before Spark's logging begins (modules,
            # host names, missing native code) cannot be silenced otherwise. Errors reach Python as exceptions.
            if not SparkContext._gateway:
                gateway = launch_gateway(conf, popen_kwargs={"stderr": said})
                SparkContext._ensure_initialized(gateway=gateway, conf=conf)
            return SparkSession.builder.config(conf=conf).getOrCreate()
        except Exception as error:
            said.seek(0)
            raise _did_not_start(error, said.read().decode(errors="replace")) from error


def _did_not_start(error: Exception, said: str) -> KeepwellError:
    java = [line.strip() for line in said.splitlines() if line.strip() and "WARN" not in line]
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return KeepwellError(
        _("Spark did not start."),
        seen=java[0] if java else first,
        ways=[_("Install Java 17 and set JAVA_HOME."), _("Use --engine duckdb.")],
    )
