"""One self-contained page that shows what scores say; works from the disk, offline."""

from empathy_score.report.page import check_report, write_report

__all__ = ["check_report", "write_report"]
