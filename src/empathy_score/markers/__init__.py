"""Marker spans: which words do what (codebook, section 8)."""

from empathy_score.markers.matcher import MarkerMatcher
from empathy_score.markers.types import MARKER_TYPES, MarkerType

__all__ = ["MARKER_TYPES", "MarkerMatcher", "MarkerType"]
