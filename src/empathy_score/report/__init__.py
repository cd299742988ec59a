"""One self-contained page that shows what scores say; works from the disk, offline."""

from empathy_score.report.page import write_report

__all__ = ["write_report"]
