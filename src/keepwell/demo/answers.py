"""Surveys: what was answered, half a year apart, and how content people said they were with a ticket."""

import numpy as np
import pyarrow as pa

from keepwell.demo.clock import STEPS_A_YEAR
from keepwell.demo.columns import instants, keys
from keepwell.demo.streams import Random
from keepwell.demo.talk import comments
from keepwell.demo.traces import Dated, Scene, Tickets, join, scatter, settled
from keepwell.demo.truth import account_ids

_WRITES = 0.5  # share of answers with a comment


def table(scene: Scene, asked: Tickets, r: Random, words: Random | None) -> dict[str, pa.Array]:
    """The columns of answers: recommend (0 to 10) and ticket (1 to 5). Without `words` there are no comments."""
    history, clock = scene.history, scene.clock
    silent = np.where(history.champion > 0, 0.42, 0.22)
    wanted = (r.random(history.live.shape) < silent / (STEPS_A_YEAR / 2)) & settled(history)
    counts = wanted.astype(np.int64) + (wanted & (r.random(history.live.shape) < 0.15))
    nps = scatter(scene, counts, r, champion=0.6)
    mood = history.strain[nps.step, nps.account]
    score = np.clip(np.round(7.6 - 1.9 * mood + r.normal(0, 0.9, len(nps))), 0, 10)
    told = asked.csat > 0
    done = asked.rows.day + (asked.rows.second // 60 + asked.resolution) // 1440 + 1
    told &= done < clock.end
    about = Dated(
        *(
            v[told]
            for v in (asked.rows.account, clock.step_of(done), done, asked.rows.second, asked.rows.contact)
        )
    )
    rows = join([nps, about])
    scores = np.concatenate([score, asked.csat[told]])
    survey = np.r_[np.zeros(len(nps), dtype=np.int64), np.ones(len(about), dtype=np.int64)]
    order = np.lexsort((rows.second, rows.day))
    rows = Dated(*(v[order] for v in vars(rows).values()))
    n = len(order)
    columns = {
        "answer_id": keys("N", np.arange(1, n + 1), 7),
        "account_id": account_ids(history.live.shape[1]).take(pa.array(rows.account)),
        "contact_id": keys("K", rows.contact + 1, 7),
        "answered_at": instants(rows.day, rows.second).cast(pa.timestamp("s")),
        "survey": pa.array(["recommend", "ticket"]).take(pa.array(survey[order])),
        "score": pa.array(scores[order]),
    }
    if words is not None:
        writes = np.flatnonzero(r.random(n) < _WRITES)
        said = comments(scene, rows.step[writes], rows.account[writes], rows.contact[writes], words)
        texts = np.full(n, None, dtype=object)
        texts[writes] = said
        columns["comment"] = pa.array(texts, pa.string())
    return columns
