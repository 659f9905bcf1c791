"""Asking how accounts would have stood on days past, by what was known then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.risks.acting import Acting
from keepwell.risks.asked import HORIZON, MONTHS
from keepwell.risks.checkups import CheckUps

if TYPE_CHECKING:
    from keepwell.risk.health.standing import Standing
    from keepwell.risk.judging import Floats
    from keepwell.risk.observations import Observations
    from keepwell.risk.worth.profit import Profits


@dataclass(frozen=True)
class LookedBack:
    """A day past: whoever was there, how the check-up finds them, and what would have been said of them.

    Entries are in the order of the observations. Without a model there are no chances, and where none could have been
    learnt by then, they and what they are worth are none either.
    """

    day: date
    observations: "Observations"
    health: "Standing"
    chances: "Floats | None" = None
    profits: "Profits | None" = None


class LookingBack(Acting, CheckUps):
    """How accounts would have stood."""

    def looked_back(self, months: int) -> Iterator[LookedBack]:
        """The newest `months` month-ends before the covered day, oldest first.

        What was known of accounts, what they cost and how long others had stayed is as it was known then; a chance is
        that of the model in use learnt anew from that, and the check-up and the assumptions are those of today.
        Nothing where the book has no day observed before: until a model has been sought, that would take long.
        """
        import numpy as np

        from keepwell.risk.health.standing import standing
        from keepwell.risk.keeping import in_use, stored_model
        from keepwell.risk.looking_back import said_of
        from keepwell.risk.observations import month_ends

        days = [day for day in month_ends(self.ledger, MONTHS) if day < self.covered]
        if not days or not self._observed_before():
            return
        moment, checkup = self.book.moment(self.engine), self.checkup()
        kept, chances = in_use(moment, HORIZON), None
        if kept is None:
            seen = self.observe(days[-months:])
        else:
            seen, chances = said_of(stored_model(moment, kept.number), days, months, self.observe)
        for day in seen.days().tolist():
            rows = seen.as_of == day
            then, said = seen.where(rows), None if chances is None else chances[rows]
            if said is None or np.isnan(said).any():  # none was learnt by then
                yield LookedBack(from_number(day), then, standing(checkup, then))
            else:
                worth = self._worth_then(then, said)
                yield LookedBack(from_number(day), then, standing(checkup, then), said, worth)

    def _observed_before(self) -> bool:
        from keepwell.risk.days_kept import Kept
        from keepwell.risk.features import all_features

        return bool(Kept.of(self.book.moment(self.engine), tuple(all_features().values())).days)

    def _worth_then(self, seen: "Observations", chances: "Floats") -> "Profits | None":
        """What acting would have been worth on the one day observed; None where nobody had been seen long enough."""
        import numpy as np

        from keepwell.risk.observations import then_on
        from keepwell.risk.said import Scores
        from keepwell.risk.worth.assumptions import assumptions
        from keepwell.risk.worth.gathering import lives_of, standing_of
        from keepwell.risk.worth.worth import Way, worth

        own = self.engine.fork()  # so that what a day takes is given back with it
        none = np.full(len(seen), np.nan)
        try:
            then = then_on(self.book, self.ledger, from_number(int(seen.as_of[0])), own)
            stands = standing_of(Scores(seen, chances, none, none, none, []), then.moment, then.ledger)
            found = worth([Way(stands, assumptions())], lives_of(then.ledger), currency=self.ledger.reporting)
        except KeepwellError:
            return None
        finally:
            own.close()
        return found.profits
