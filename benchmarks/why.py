"""How often `why` names the true cause first: causes put into simulated stations, alone, in pairs, untold, and none."""

from __future__ import annotations

from tests.insight.why.acceptance import healthy, in_pairs, singles, untold

SEEDS = (0, 1, 2)


def main() -> None:
    """Print the table."""
    scores = [score for seed in SEEDS for score in (singles(seed), in_pairs(seed), untold(seed))]
    print(f"{'causes':<14}{'asked':>7}{'right':>7}{'share':>8}{'cannot tell':>13}{'wrong':>7}")
    for score in [*scores, healthy()]:
        wrong = len(score.wrong)
        print(
            f"{score.name:<14}{score.asked:>7}{score.right:>7}{score.share:>8.1%}{score.cannot_tell:>13}{wrong:>7}",
            *score.wrong[:3],
        )
