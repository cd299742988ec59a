"""What conversations, agents and companies show: pure functions over `Scores`."""

from empathy_score.insight.arc import arcs, moments_of_truth
from empathy_score.insight.canned import canned_phrases, canned_share, discounted_empathy
from empathy_score.insight.opportunity import missed, opportunities
from empathy_score.insight.outcomes import lost_against_won, outcomes, worth_a_call
from empathy_score.insight.promises import find_promises, promises
from empathy_score.insight.questions import QUESTIONS, five_questions
from empathy_score.insight.roads import road_changes, road_mix, standing
from empathy_score.insight.voice import voice, voice_by

__all__ = [
    "QUESTIONS",
    "arcs",
    "canned_phrases",
    "canned_share",
    "discounted_empathy",
    "find_promises",
    "five_questions",
    "lost_against_won",
    "missed",
    "moments_of_truth",
    "opportunities",
    "outcomes",
    "promises",
    "road_changes",
    "road_mix",
    "standing",
    "voice",
    "voice_by",
    "worth_a_call",
]
