"""What is known of a change that a model wrote: rungs of a ladder, one a file.

A check (`fimls.refactor.checks`) says what no change may do; a rung says what speaks for this one,
or against it. Which rungs ran is shown with the change, and so is why one could not.
"""

from fimls.refactor.verification.answered import Answered, Rung
from fimls.refactor.verification.ladder import RUNGS, climb
from fimls.refactor.verification.promised_kind import promised_kind

__all__ = ["RUNGS", "Answered", "Rung", "climb", "promised_kind"]
