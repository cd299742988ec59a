"""Marker types and their patterns: `MARKER_TYPES` is the one table (codebook, section 8).

To add a type, add one entry (or give `Scorer(markers=MARKER_TYPES + (yours,))`); to add a pattern,
one line. `empathy_score.markers.patterns` says how a pattern is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from empathy_score.errors import PatternError

Group = Literal["empathy", "apology", "learn", "teach", "control", "beyond", "go_away"]


@dataclass(frozen=True)
class MarkerType:
    """One type of marker.

    Parameters
    ----------
    name : str
        As in the column `markers`, such as ``"regret"``.
    group : str
        What it belongs to, such as ``"apology"``.
    definition : str
        What the words do, in one line.
    patterns : tuple of str
        Lines of the pattern language; empty for a type that code finds (the senses of *sorry*).
    needs : tuple of str
        Other types, at least one of which the reply must hold for this one to count: an
        explanation is part of an apology only where there is an apology. Types that the matcher
        was not given are not asked for.
    """

    name: str
    group: Group | str
    definition: str
    patterns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.patterns, str):
            raise PatternError(
                f"the patterns of {self.name!r} must be a tuple of lines, came one str: "
                "write (line,)"
            )

    def with_patterns(self, *patterns: str) -> MarkerType:
        """Give the same type with further patterns."""
        return replace(self, patterns=self.patterns + patterns)


_APOLOGY = ("regret", "responsible", "forgive", "deflect")


def _type(
    name: str, group: Group, definition: str, patterns: str, needs: tuple[str, ...] = ()
) -> MarkerType:
    lines = (line.strip() for line in patterns.strip().splitlines())
    return MarkerType(name, group, definition, tuple(line for line in lines if line), needs)


MARKER_TYPES: tuple[MarkerType, ...] = (
    # ---- empathy
    _type("acknowledge", "empathy", "Names or validates a feeling.", """
        that|this|it must be|have|feel ~3 @feeling|@joy
        how|so @feeling ~2 that|this|it must|is|was|can
        @i ~2 understand|see|know|imagine|hear ~1 how|why ~1 @feeling ...
        @i ~1 understand|hear|get|share|feel @your? @feeling|frustration|pain|disappointment|anger|worry
        ^that|this|it @be ~1 @very? @feeling|ridiculous|disgusting|shocking|unacceptable|inexcusable ~2
        ^that|this|it @be ~1 lovely|wonderful|fantastic|brilliant|kind|beautiful|amazing|great|funny|insane|odd|weird ~3
        that|this|it? sounds @very? @feeling|fun|wonderful|lovely|strange|odd|awful|delicious ~2
        ^how|what a? @feeling|lovely|wonderful|exciting|fun|beautiful|kind|sweet|shame|pity ~4
        @we @will? hate|hated to? hear|see|know|lose|learn this|that|about|it|you ...
        not the|a|our? ~1 kind|type|sort|level|standard|experience|impression|service ~2 @we want|expect|aim|hope|like ~4
        not what @we want|expect|like|aim|love ~4 to|for
        not ~1 good enough
        fall|falls|fell short of ~4
        @joy|sad|gutted|upset|heartbroken|devastated|saddened|lovely|wonderful to hear|see|read|know|learn ...
        @be|so|very ~1 @joy|glad ~1 you|it|that|everything|the|we ...
        ^so? glad|happy|delighted you|it|that|everything|the ...
        sad|sorry to see you go
        you @be ~1 right
        you have|had every|all ~1 right|reason to be|feel|expect ~3
        you|nobody|anyone|anybody|guest|customer|child should ~1 not|never|ever? ~1 have to|had ~4
        nobody|no|anyone one? deserves|wants|likes ~5
        fair|good enough|point|question|challenge|spot|catch
        point taken
        @i hear you
        is|are everyone|everybody|you|anyone|he|she ~3 ok|okay|safe|alright|right
        aw|aww|yikes|ouch|uh-oh|ugh|bummer|whoa|argh|woohoo|yay|ooh|ohh
        oh no|dear !,
        ^bless ~4
        ^ha|haha|hah ~1 fair|love|that|you ~2
        made|making us|me|our|my|everyone ~1 smile|laugh|blush|day|week|giggle|cry|morning|evening
        a|the|@your nightmare|ordeal ~4
        sorry for|about your ~1 loss|mum|mom|dad|father|mother|husband|wife|dog|cat
        condolences
        should not|never have happened|happen|had|to
        @i can|could only? ~1 imagine ...
        no fun|picnic|joke
        # ~1 days|weeks|months|hours|times|minutes ~3 is|are ~2 long|ridiculous|unacceptable|much ~2
    """),
    _type("understand", "empathy", "Shows grasp of the situation or its impact.", """
        @i ~1 understand|realise|realize|appreciate|recognise|recognize|know ~1 how important|much ...
        @i ~1 understand ~1 your|the concern|situation|position|point|urgency ~3
        ^@i totally|completely|fully understand
        with a|an|the|your ~1 baby|child|kid|kids|toddler|wedding|funeral|surgery|deadline|exam|flight|interview ...
        no ~2 makes|make|made|replaces|replace up? ~1 for? that|it|this|your ~3
        ^what a ~1 thing|way|day|week|loop ~4
        especially when|with|after|since you ...
        that|this|it must|would ~1 have ~1 made|left|cost|meant|been|put ~5
        left|leaves|leaving you|your ~1 without|stranded|standing|waiting|with|in|out ~5
        you ~1 have|had ~1 been ~1 waiting|chasing|patient|without|passed|trying|going ~5
    """),
    _type("perspective", "empathy", "Takes the customer's place.", """
        @i @will ~1 feel|be|want|expect ~2 the same ~3
        @i @will ~2 @feeling|livid|furious|cried|cry|mad|cross too|myself|also
        @i will|would|'d have ~3 too|myself|also
        if i|we were|was in your|you ~2
        in your|their|her|his shoes
        if it|this|that was|were|happened ~1 my|me|us ~3
        i|we ~1 have ~1 all? been there
        i|we know the|that feeling
        happened|happens to|with me|us|all|everyone|most ~2
        happened|same here ~1 too?
        i|we did ~3 too
        i|me|we had ~1 the? same ~2 too|once|myself|problem|issue|thing ~2
        my|our first ~2 too
        i|we share your ~1 @feeling|frustration|concern|disappointment
        anyone|anybody would be|feel|have ~3
        as a ~1 customer|traveller|traveler|parent|guest|gamer|player|father|mother myself|too
        not surprised ~4
    """),
    _type("reassure", "empathy", "Calms: it will be fine, you are in good hands.", """
        not|never|n't to? worry ~5
        not|nothing|no ~1 to be? worry|worried|fear|panic|hurry|rush|apologise|apologize|nervous ~3
        no worries|pressure|rush|hurry|stress
        no need to|for worry|panic|apologise|apologize|be|stress|do|call|wait|queue ~2
        not|n't ~1 stupid|silly|alone|bothering|dumb|daft|foolish|foolishness ~2
        no|not ~1 stupid|silly|dumb question ~1
        ^not a problem
        rest|be|stay assured ~3
        be|stay|keep calm
        fret not
        @i assure|promise|guarantee|guaranteed you|best|it|100|that|the ~4
        @you @be|'re|are ~1 in|into good|safe|the|best|right hands|place|company
        @you ~1 have? come|reached|contacted to? the right ~2
        @we|i @be ~1 right? here to|for|if|whenever|when ~3
        ^here to|for help|you|assist
        @we|i|us? will|ll|'ll be here ~3
        @i have|got you ~1 covered|back
        you got|have ~1 this
        you will not|nothing|never|n't be|lose|have|need|pay|miss ~4
        not|nothing|n't be|get|lose|delete|lost|deleted|charged ~2 anything|charged|data|lost|progress|twice|money
        money|account|data|funds|information|files|photos|progress|details|seat|place|spot|order @be ~1 safe|secure|protected|there ~2
        will|'ll|should be ~2 fine|okay|ok|alright|safe|sorted
        totally|perfectly|completely|quite|very normal|fine|understandable|common
        @be ~1 normal to|for|and ~4
        you @be ~1 covered|safe|protected
        there is|'s ~1 plenty|time of|before|to|left ~3
        hang in there
        take your time
        happens to ~1 more|best|many|all|everyone|lot ~4
        do not|never hesitate ~4
        we take ~2 security|safety|privacy|health ~4
        you can|may ~1 relax|breathe|rest
        please|and|just relax|breathe
        they will|'ll be able to help ~4
        you ~1 did|are|have ~1 nothing|everything wrong|right|fine|set ~2
        all|everything ~1 is|'s|looks ~1 fine|good|ok|okay|sorted|set|safe|correct ~3
        there is|'s no|nothing ~1 rush|hurry|harm|danger|charge|need|risk ~3
    """),
    _type("own", "empathy", "A personal or team commitment to this case.", """
        i will|ll !not|never|need|be|have|gladly ...
        @we will|ll ~1 check|look|investigate|find|see|fix|follow|chase|sort|try|tweet|post|tell|do|ask|keep|work|help|assist|point|ping|update ...
        @we will|ll ~1 get|take|have ~1 this|it|with|that|a|to|look|you ...
        @we will|ll be ~1 working|happy|glad|checking|looking ...
        let me|us ~1 check|look|see|find|fix|sort|get|take|pull|help|try|review|confirm|put|figure|work ...
        @i want|like|love ~1 to ~1 help|look|make|get|fix|understand|sort|investigate|turn|put|resolve|take|check|see|point ~5
        @i am|are ~1 going|gonna to ~2 look|check|fix|get|make|stay|call|find|sort|see|let|ask ~4
        i am ~1 checking|sending|booking|calling|keeping|opening|putting|blocking|ringing|asking|chasing|setting|approving|giving|staying|taking ...
        ^happy|glad to look|check|help|sort|take|investigate ~1 into|this|that|it|you ~3
        @i|they are|am ~1 looking|checking|investigating|chasing|working into|on|with|for|this|it|to|up|hard ~3
        i have ~1 asked|arranged|opened|chased|booked|frozen|looped|escalated|blocked|put ~1 a|the|your|her|him|them|our|it|on|in|everything ~5
        i ~2 myself ~3
        personally ~4
        leave it|this|that with|to me|us
        i|we stay ~3 till|until|with ~4
        my ~1 direct|personal|own number|line|extension|email|e-mail|address|mail|mobile ~3
        write|come|message|reach|call|mail|straight|directly to? me ~2
        ask for me
        i stay|promise|own|carry ~4
        it 's mine now
        so|and|where @we|i can|could follow|check|fix up|it|this|that|the ~3
        @we ~2 do our|my|all|everything|whatever|what best|@we ~4
        see what @we|i can|could|'s ~3
        hope|hoping @we can help ~4
    """),
    _type("appreciate", "empathy", "Thanks or values the customer.", """
        thank|thanks|thankyou|thx|tks|ty|cheers you? ~1 for|so|very|a|again|in|to ...
        thank you|u|@you
        thanks|thankyou|thx|ty|tysm
        many|much|big|huge thanks|appreciated ~3
        @i ~2 appreciate|value @you|this|it|that|the|when|hearing ~4
        appreciate @you|it|this ~3
        @be ~1 grateful|thankful|honoured|honored|indebted ~4
        @your feedback|business|loyalty|patience|kind|words|trust|support|review ~2 means|mean|matters|matter ~4
        great|excellent question|idea|suggestion|point|catch|choice
    """),
    _type("wish", "empathy", "Warm wishes.", """
        have ~2 great|good|nice|lovely|wonderful|fantastic|blessed|amazing|safe|happy|pleasant|fab|fabulous|awesome|beautiful|super|brilliant|magical|relaxing ~1 day|night|evening|weekend|week|one|rest|morning|afternoon|time|trip|flight|stay|journey|year|holiday|spring|summer|party|life|friday|monday|sunday ~3
        have fun
        @i? ~1 hope to ~1 see|welcome|host|hear|have|serve|restore ...
        hope @you|your|the|she|he|they ~3 enjoy|enjoyed|enjoys|love|fun|well|feel|feels|better|great|good|day|weekend|trip|stay ~4
        hope to|we|you ~3 again|soon
        ^hope|hoping the|she|he|it|your|that ~6
        ^hopefully ~6
        give ~3 chance|opportunity|hug|kiss|scratch|treat ~1 to|from ~4
        good|best of? luck
        all the best
        ^enjoy ~5
        and enjoy ~4
        ^do? take|look after|care ~1 care|yourself|yourselves|each|of ~4
        safe travels|journey|trip|flight|drive
        happy birthday|holidays|travels|travelling|anniversary|new|christmas|streaming|gaming|shopping|easter|reading|cooking|listening|playing|friday|monday ~2
        merry christmas ~3
        @i ~1 wish|wishing you|your|her|him|them ~6
        ^wishing ~5
        ^keep|stay safe|well|healthy|warm|strong|dry|cool ~2
        get well|better|strong soon|again
        fingers crossed ~3
        look|looking forward to ~5
        see you ~2 soon|again|there|next|then|back|in|at|around|on ~3
        good night
        congratulations|congrats ~5
        welcome ~1 back|aboard|home|anytime
        cheering|rooting for ~3
        thinking of you ~2
        come back ~1 soon|anytime ~2
        tell|say|give ~2 hi|hello|regards|hugs|love ~3
        hugs to|from ~2
        sweet dreams
        rest up|well
    """),
    # ---- apology (regret and deflect come from the senses of "sorry")
    MarkerType(
        "regret", "apology", "Says sorry for a failure or for what the customer went through."
    ),
    _type("explain", "apology", "Says why it went wrong, inside an apology.", """
        due to ...
        because ...
        @i @be|have ~1 experiencing|receiving|seeing ~4 higher|high|longer|unusual|technical|unprecedented ...
        the|a|one|our|your reason|cause ~2 is|was ...
        was|were|had|got ~1 broken|delayed|overbooked|understaffed|cancelled|sick|ill|down|held|stuck|sorted|filed|bounced|sent|moved|mixed|cut|pulled|closed|scanned|lost|handed|missed|double ...
        fell|went|broke|ran|mixed|called|came down|through|to|out|up|short|into|again|in ~6
        to|in|on|at|used|grabbed|read|given|recorded|into|from the|a|an wrong ~4
        and nobody|noone ~5
        nobody|no|none one? ~1 told|looked|noticed|checked|read|wrote|caught|updated|saw|spotted ~4
        a|the|our ~2 bug|glitch|fault|outage|failure|error|breakdown|mix-up|backlog ~1 meant|caused|made|in|on|left|sent|stopped|hit ~4
    """, needs=_APOLOGY),
    _type("responsible", "apology", "Takes the blame.", """
        our|my|ours|company ~1 fault|mistake|error|bad|responsibility|oversight|slip|doing|failure|failing|bug|mix|mess|job|problem
        fault|mistake|error|failure @be|of ours|mine|our|my|us
        @be|so ours|mine ~1
        mistake|fault|failure|error of|on ours|our|us|mine
        @i ~1 made ~3 mistake|error|mess
        @i ~1 got ~4 wrong
        @i ~2 messed|screwed|slipped|dropped up|the ~2
        @i|it|which ~1 let you|u|her|him|them ~2 down
        @i ~1 failed|broke|missed|overlooked|forgot|misread|botched|mishandled ~4
        @i ~1 fell short ~3
        @i|it|that|page|desk|office|someone|they|team|staff|driver|which should ~1 not|never? have ~5
        should have ~1 told|been|called|mailed|written|asked|checked|said|warned|moved|come|phoned|caught|happened|known ~4
        @i take|accept|carry ~1 full|complete|the|total? responsibility|blame ~4
        that|this|one|it|which|mistake|promises|failure|delay is|'s|was|are ~1 on|down us|me|to ~2
        one|that|this 's|is entirely|fully|totally|all on us|me
        there is|'s? no excuse ~4
        @be|'s ~1 inexcusable|misleading|indefensible|unacceptable
        @i was|were|am|are ~2 wrong|mistaken|slow|ashamed|quick|careless|late|sloppy ~3
        a|our ~1 bad|poor|wrong call|design|advice|decision|answer|job
        @i own that|this|it|up
        nobody|no here|one|of ~1 told|caught|did|checked|noticed|looked|thought|answered|said ~4
        not|n't|never ~1 your fault|mistake
        on us ~1 not you
        down to me|us
        not|hardly good|right ~1 of us|enough
        your|you complaint|anger|criticism|point is|was ~2 justified|fair|right ~2
        we|i|our ~1 let|letting you|him|her|them|your ~1 down
        @i ~1 did|have|was|were ~1 not ~2 tell|told|call|check|checked|answer|write|reply|read|warn|listen|explain|keep|kept|follow|handle|handled ~4
        @i|it|that|which deserved|deserve better ~2
        @we|our ~2 fell|falls|fall short ~3
        @i apologise|apologize|sorry for our|my ~5
    """),
    _type("repent", "apology", "Will not happen again; what is changed.", """
        will|does|would|ll|do|to not|never ~1 happen|repeat|occur again|itself? ~2
        not|never happen ~1 again
        make|making|ensure|ensuring|see|made sure|that|certain? ~2 this|it|that|you ~1 does|will|do not|never ~3 again|happen ~2
        to ~1 prevent|avoid|stop ~1 this|that|it|such ~1 from? happening|recurring|again|future ~4
        now ~3 blocks|checked|gets|goes|skip|skips|checks|require|requires ~4
        from now on ~4
        we ~1 no longer ~5
        from this|today|tomorrow|next ~1 week|month|on ~5
        learn|learned|learnt from this|it|our ~2
        we will|ll do better
    """),
    _type("repair", "apology", "Fixes, refunds or replaces what failed.", """
        @i have|just|now ~1 refunded|replaced|reversed|corrected|fixed|reinstated|restored|rebooked|reissued|resent|cancelled|canceled|waived|unlocked|reset|reactivated|reopened|moved|closed|approved|released|lifted|returned|upgraded|verified|shipped|swapped ...
        @i ~1 refunded|replaced|reversed|corrected|fixed|reinstated|restored|rebooked|reissued|resent|credited|reopened ...
        @i|they am|are|will|ll ~2 refund|refunding|replace|replacing|reverse|reversing|reship|resend|resending|correct|redo|collect|repay|reimburse|paying|returning|emailing ...
        @be|been|get|gets ~1 refunded|reversed|corrected|reinstated|restored|reissued|credited|reopened|lifted|repaired|reimbursed|cleaned|fitted|collected ~4
        ^refunded|corrected|replaced|reissued|reopened|done ~4
        went|goes|going|sent|come|comes|put|paid|coming|is|are|all back to|on|in|at|today|this|now ~5
        to your card|account ~4
        on its|their|the|his|her way ~2 to|today|by|tonight|now ~4
        a|the|your|another|fresh|second|correct ~1 new|replacement|refund|pair|copy ~3 is|was|has|goes|ships|left|leaves ~2 on|sent|issued|processed|shipped|approved|way|dispatched|today|out|back|tomorrow ~3
        refund|replacement ~2 was|is|has|of|been ~2 issued|approved|processed|sent|sorted|#|on ~3
        will collect|replace|refund ~4
        by courier|taxi|bike ~3
    """),
    _type("forgive", "apology", "Asks for forgiveness.", """
        forgive ~4
        beg|ask your|for ~1 pardon|forgiveness
        hope @you can|will|'ll ~1 forgive|give|overlook|accept ~4
        give|giving|for|have us|me? ~2 another|second|one|a more? chance|try ~3
        another|second chance ~3
        pardon us|me|our|my ~2
    """),
    _type("deflect", "apology", "A non-apology: denies, or blames the feeling, a condition or a policy.", """
        not|never ~1 our|my fault|mistake|error|problem|responsibility|doing ~2
        not sorry
        do not apologise|apologize ~4
    """),
    # ---- learn
    _type("ask_feedback", "learn", "Asks what could be better.", """
        how|what ~1 can|could|should @i ~1 improve|better|change ~5
        what|which|how ~3 could|should|would|can|must|might ~2 done|made|make|better|improved|improve|differently|missing|changed|worth ~4
        what|which|how ~1 made|makes|put ~2 you|it|that|them|this ~4
        let|tell us|me ~1 know? what|how|if|where|which ~5 improve|better|changed|liked|wrong|missing|different|done ~3
        tell|give|share us|me|with ~3 more|details|feedback|thoughts ~2 so|to @we|help ~1 can|could|improve|better|learn ~4
        love|like|want|interested|keen|curious|help|glad|happy to ~1 hear|know|learn|understand ~1 more|what|how|why|your|about|from|which|where|it|them ~6
        can|could|may|might i|we ~1 ask|know what|which|why|how|if|you ~5
        survey
        questionnaire
        any feedback|suggestions|ideas ~3
        anything ~2 else ~5 bothers|bother|missing|improve|better|wrong|annoys ~3
        help us ~1 improve|understand|learn ~4
        would|'d help to|us|me ~1 know|see|understand ~4
        what|how ~1 would|could|should|can ~2 have ~2 better|differently|different|improved|helped ~3
        which|what ~1 part|parts|bit|step|thing ~2 was|were|is|did|felt|made|confused|bothered ~4
        your|any ~1 thoughts|ideas|view|opinion on|about|would ~4
        so|and we|i can ~1 learn|improve|do|make ~4
    """),
    _type("pass_on", "learn", "Hands the feedback on.", """
        @i will|ll|have|can|am|are|be|sure|to ~2 pass|passed|passing|forward|forwarded|forwarding|share|shared|sharing|relay|relayed|feed|log|logged|raise|raised|flag|flagged ~1 this|that|it|your|the|these|along|on|back|them ~7
        @i|have ~1 passed|forwarded|shared|relayed|logged|raised|filed|reported|flagged ~1 this|that|it|your|the|a|them ~6
        @i have|just|also ~2 sent|told|written|added|given|copied|handed|shown|argued ~1 this|that|your|our|to|them|the ~2 team|manager|department|buyer|list|words|designers|roadmap|suggestion|review|feedback|idea|photos|request|meeting|agenda ~4
        @i will|ll|am|are ~1 put|putting|add|adding|take|taking|bring|tell|give|copy|send|inform|collecting ~2 your|words|tweet|idea|wish|note|answers|point|comment|suggestion|request|review ~5
        let|letting our|the|my ~2 team|developers|devs|store|kitchen|manager|crew|staff|chef|driver|housekeeping know ~3
        feedback|comments|suggestion|report|this|it|words|idea|request|remark has|have|been|be|was|is|will|being ~2 passed|forwarded|shared|relayed|logged|noted|raised|escalated|reported|sent ~5
        ^passed|forwarded|shared|logged|filed|reported|noted|flagged|raised ~1 this|it|that|on|to|as|with|your|for|them ~5
        to|with our|the|my ~3 for|as review|consideration|training|coaching|improvement|action|feedback ~2
        @i have|did|'ve? ~1 filed|created|opened|file|create|open|sent a|an|the ~2 bug|ticket|issue|report|request|feature ~4
        bug|ticket|issue report? has been|was ~1 filed|created|opened
        brought|bring|bringing ~3 to the attention ~4
        made|make ~2 team|manager|management|developers|department aware ~2
        take|taken|takes ~1 note|it|this|that of|on|board|seriously ~3
        make|making|made sure ~1 she|he|they|team|chef|the ~2 sees|see|hears|hear|reads|knows|gets ~3
        @i will|ll|have|am|'m ~2 pass|passed|share|shared|forward|forwarded|flag|flagged|raise|raised|escalate|escalated|report|reported ~5 team|manager|department|colleagues|developers|management|director|head|chef|kitchen|designers|engineers|product|owner|supplier ~3
        @i have ~1 raised|logged|flagged|reported|escalated|forwarded|shared ~5
        team|manager|chef|director|engineers|developers|head|owner ~1 has|have|will ~2 your|it|this message|feedback|photos|report|words|note|review ~3
        feedback|report|idea|suggestion|comments|point is|are|goes|has|have ~3 with|to|in|on our|the|my ~3
    """),
    _type("change", "learn", "A change made or promised.", """
        fixed|resolved|addressed|patched|solved|corrected|reverted|removed|improved in|with|by ~1 version|the|our|v|next|build|release|beta|nightly|update|# ...
        fix|patch|update|change|version ~3 is|was|has|will|are|for|with ~3 released|out|live|coming|available|works|progress|way|rolled|rolling|shipped|landed|included|ready|contained|testing|fix ~4
        rolling|rolled|ships|lands|land|arrives|comes|coming|live out|in|with|back|next|this|on ~1 version|update|stages|#|week|month|release|june|spring|autumn|today ~3
        next|upcoming|latest|new|future release|update|version|build ~1 will|should|includes|fixes|adds|brings|has ~5
        in version # ~2
        @we have ~1 changed|updated|introduced|rewritten|redesigned|retrained|hired|improved|simplified|stopped|switched|trained|installed|added ...
        we|i ~1 switched|stopped|changed|rewrote|redesigned|dropped|pulled|deleted|added|hired|installed ~1 to|that|the|it|a|our|new ~5
        we|i are|am|'re ~1 changing|adding|removing|introducing|rewriting|rewording|redesigning|renovating|refurbishing|replacing|improving|training|retraining|hiring|reviewing|rolling|building|rebuilding|testing|trialling|correcting|moving|putting|fixing|switching ...
        planned for|in ~3
        on our|the|its roadmap|list ~2 for|of ~2
        from|since this|today|tomorrow|tonight|next|now|autumn|spring|summer|january|september|october week|month|the|we|our|every|on ~5
        now has|checks|asks|shows|texts|tells|includes|sends|requires|starts|blocks|gets ~5
        every ~2 now ~6
        no longer sold|allow|send|use|serve|sell|charge|ask|show|served|used ~5
        being rewritten|changed|reworked|fixed|replaced|renovated|rebuilt|retrained|fitted ~4
        new one|rule|process|step|procedure|policy ~1 is|in|now|: ~5
        asked for|our|the ~2 to|poster|team|it ~4
        off|out the|of app|sale|road|menu ~3
        team|staff|crew|colleagues|drivers|agents has|have|is|are|will ~2 trained|retrained|reminded|briefed|training|retraining ~4
        will|'ll be ~1 changed|added|updated|renovated|improved|introduced|retrained|rewritten|reworded|reviewed ~4
        thanks|because|following|after to|of|your ~2 tweet|review|message|report|feedback|complaint|comment|note , ~1 @we|the|our ~5
        under|is|in review|development|testing|beta ~3
    """),
    # ---- teach
    _type("instruct", "teach", "Do this.", """
        ^click|tap|press|select|choose|open|restart|reboot|uninstall|reinstall|unplug|disable|enable|navigate|scroll|toggle|type|enter|plug|hold|swipe|pull|drag !us|me|it ...
        ^go|log|sign|switch|turn|move|set|make|use|try|install|update|upgrade|download|clear|delete|remove|check|ensure|follow|reset|verify|refresh|change|copy|paste|save|create|add|run|wait|connect|disconnect|allow|keep|put|take|leave|look|bring|refer|start|close|right|read|see|search|have|do|pick|ask|attach !us|me|care|you|a|one ...
        please|kindly|pls|plz !contact|call|visit|dm|email|let|reach|send|share|provide|write|accept|do|allow|note|wait|bear|be|message|submit|tell|hold|raise|confirm|feel|open|reply ~1 ...
        do not|never open|click|use|reply|share|delete|forget|send|touch|add|update|install|press|remove|try|pay|give|put|turn|close|leave|reset ...
        make|be sure ~1 you|that|your|to|it|the|they ...
        you can|could|may|might|should ~1 try|use|check|find|go|do|see|change|download|set|add|select|view|turn|update|click|open|access|reset|manage|create|remove|disable|enable|search|track ...
        try ~1 restarting|logging|signing|clearing|using|turning|uninstalling|reinstalling|updating|resetting|these|this|the|a|to|again|it|unplugging|switching|disabling|different|following ...
        have|did you ~1 tried|checked|try|check ...
        can|could you ~2 try|check|restart|log|make|open|clear|uninstall|update ...
        @i ~1 suggest|recommend|advise|advised !contacting|calling|reaching|getting ...
        ^here 's how ~4
        follow ~1 these|the|this ~1 steps|instructions|guide|directions ~4
        settings|profile|account|menu|me|more > ...
    """),
    _type("inform", "teach", "A fact, a reason, a status.", """
        ^this|that|it|these|they|there|he|she @be|means|happens|usually|takes|can|may|will|should|looks|depends|only|does|do|has|appears|seems|goes|was !sounds|great|fun|nice|a|how|awful|lovely ...
        ^we have|offer|open|close|only|currently|charge|usually|accept|ship|deliver|use|sell|stock !sorry|happy|glad|able|not|looking|working ...
        i can see|confirm|tell that|the|your|it|there|you ...
        i see that|your|the|it|there ...
        you have|had ~1 #|enough|access|still|already ...
        @be ~1 available|open|closed|free|included|required|down|due|valid|located|called|based|shown|listed|counted|covered|needed ...
        costs|takes|expires|starts|opens|closes|arrives|supports|requires|includes|covers|runs|lasts|applies|works|counts|depends ...
        @be # ~5
        only|mostly|usually|normally|always works|applies|happens|for|if|when|takes|on ~5
        more|further|additional information|info|details here|at|on|about|can ~3
        which means ...
        !i|we|you|what|how|which|who|why|where|if|and|there is|are|was|were|has|have|means|goes|needs|does|can|will|may|should|shows|comes|works !i|we|you|what|your|this|that|it|not|ready|sorry|right !you|us|me !you|us|me ...
        available at|in|for|on|until|from ~5
    """),
    # ---- control
    _type("option", "control", "A choice offered.", """
        like|want|need me|us ~1 to ...
        would|do you ~1 like|prefer|want|rather to|a|another|that|this|me|the|us|for|any|# ...
        ^want ~1 me|us|it|to|a|the|that|them|same ...
        shall|should|may @i !have|be ...
        can|could i ~1 book|reserve|schedule|order|send|arrange|add|go|proceed|cancel|try|transfer|place|get|make|offer|put|move|text|repeat ...
        would|does|do|will|could|might ~1 @this|monday|tuesday|wednesday|thursday|friday|evenings|that ~1 work|suit|be for|you|ok|okay ~3
        is that|this|it ~1 ok|okay|fine|alright ~3
        are you ok|okay|happy|fine|interested with|in ...
        if you would|'d|u|will ~2 prefer|like|rather|sooner|wish ...
        if you ~1 prefer|want|wish|like|still ~1 to|a|it|another|one|me|us|you ...
        ^or if|we|you|would|i|use|swap|else ~1 you|can|could|the|yours|would|prefer ...
        either ~8 or ...
        you can ~1 choose|pick|opt|decide|also|either|ask|leave|change|keep|switch|cancel|swap|move|return ...
        you could also|instead|alternatively ...
        you choose|decide|pick
        alternatively ...
        another option ...
        another|different|other time|day|date|venue|option|one|slot|restaurant|hotel ~5
        @i|we can|could ~1 either|offer|also|lend|split|swap|move|refund|send|put|see|meet|come|give ~8 or|if ...
        @i can|could ~1 offer|also ...
        whichever ~3
        whatever you|works|suits ~3
        which|what ~3 suits|easier|prefer ~4
        up|down to you
        your|ur choice|pick|call|decision
        how about ...
        you have ~2 option|right|choice ...
    """),
    _type("timeframe", "control", "When.", """
        within ~1 #|a|an ~2
        in ~2 #|a|an|few|next|couple ~1 @unit
        # ~1 to|- # ~1 working|business|banking? @unit
        working|business|banking days|day ~3
        up to # ~1 days|hours|weeks|working|business|hrs
        takes|take|taking ~2 # ~1 @unit|working
        another|about|around|approximately|under|usually|give # ~1 @unit
        # minutes|mins|min away|out|before|left
        a|few few|couple of? ~1 minutes|days|hours|weeks
        in|after|for a|just ~1 moment|minute|bit|while|second|few|hour|week|day
        by|before|until|till|due|from|expected|latest tomorrow|tonight|@weekday|noon|midnight|@month ~2
        by|before|until|from the end|close|next|# ~1 of|week|month|@month
        by this|next|end|the ~1 @weekday|week|month|weekend
        by|before|until|till|due|around|about # ~1 pm|am|p.m.|a.m.|o'clock|today|tomorrow|cet
        by|before|until|due # pm|am|p.m.|o'clock
        next update ~3
        between # ~1 and|- #
        at|by|in|before noon|lunch|midnight|# ~1 today|tomorrow|sharp|june|may|july
        as soon as possible
        asap|a.s.a.p|shortly|momentarily|overnight
        earliest ~1 possible|convenience?
        end of ~1 day|week|month|today
        ready|delivered|delivery|arrive|arrives|back|call|ring|phone|show|released|live|out|have ~3 today|tonight|tomorrow|@weekday
    """),
    _type("next_step", "control", "What happens next, a private channel with the same team included.", """
        dm|pm|inbox us|me|your|you ~5
        ^message us|me ~5
        please|pls|kindly|can|could ~2 dm|pm|inbox us|me|you? ...
        a|in|by|via|on|over|through|our|to|stay dm|pm|dms|private|direct message|messages|chat|channel? ~4
        send|drop|shoot|pop|give|tell us|me ~1 a|an|your|the|over|more|his|her|their ~1 dm|pm|message|note|direct|private|details|screenshot|order|number|name|tracking|postcode|photo|info|account|email|card|date|line ...
        let us|me know ...
        ^reply|respond|answer ~1 here|with|to|back ~1 us|this|me|your|the|and ~4
        someone|team|specialist|agent|manager|she|he|they|colleague|handler|driver|engineer ~1 will|ll|shall ~2 be|get|contact|reach|call|reply|respond|email|assist|phone|ring|answer|text|confirm|review|write ...
        will be|get|come in|back ~1 touch|contact|to|you ~3
        @we will|ll ~1 contact|email|send|confirm|reply|notify|text|receive|swap|update|ship ~5
        you will|ll ~1 receive|get|hear|have a|an|the|our|from ~1 email|text|call|confirmation|link|notification|letter|mail|message|reply|tracking|form|survey|sms ~4
        so|and ~1 that? @i|someone|they|team can|could ~1 look|help|assist|investigate|check|take|get|review|locate|further|verify|reach ~5
        order|drink|it|food ~1 will be ~1 ready|up|delivered|shipped ~4
        @be ready|waiting ~1 at|in|for|shortly|soon ~4
        just? one|a moment|minute|second|sec ~1 please|pls|while|to ~4
        give|allow me|us ~1 moment|minute|second|sec ~4
        from|look|moving there ~5
        next step|steps ~4
        transfer|transferring|connect|connecting|hand|handing you ~1 to|over ~4
        i|we will|ll|am|'m ~1 send|sending|reserve|transfer|emailing|email|moving ~4
        you can|may pick it|up|them ~4
        before i|we ~1 send|close|process|book|place ~4
        wait|waiting|look|looking for ~1 your ~1 reply|response|update|message
    """),
    # ---- beyond
    _type("goodwill", "beyond", "A refund, credit, exception or gift beyond what is due.", """
        gesture of|our goodwill|apology|thanks
        goodwill ~3
        on the house
        free of charge
        for free
        complimentary ~3
        waive|waived|waiving|waiver ~5
        refunded|refund|credited|paid|pay in full|back|half|all ~3
        $|€|£ # ~3 credit|voucher|back|off|refunded|bonus|refund|gift
        off your ~4
        off|on your ~1 next order|visit|bill|one|stay|month|trip|booking ~3
        added|add|adding|given|giving|give|offer|offering|send|sending|sent|gifted|issued|applied|put|putting|apply ~5 credit|voucher|gift|bonus|discount|coupon|upgrade|points|miles|compensation|free|coins ~3
        a|the|your|our ~2 voucher|gift|coupon|bonus ~3
        @i will|ll|am|are|have|can|may ~2 refund|refunding|refunded|credit|credited|crediting|compensate|upgrade|upgraded|cover|covering|waive|waived|extend|extended|gift|lend|replace ~6
        extra ~1 month|months|week|day|days|night|points|credit|year ~3
        at our|no ~1 cost|charge|expense ~2
        no ~1 charge|fee|cost ~3
        nothing to pay
        extended|extend ~3 by # ~3
        full|partial refund ~2
        @i ~1 refund|refunded|credited|waived|upgraded|extended ~6
        !'s on us|me ~1 next|tonight|today
        drinks|lunch|dinner|breakfast|coffee|dessert|meal|taxi|round|one|postage|shipping|delivery|it is|'s? ~1 on us|me
        as a|our ~2 thank|apology|sorry|treat|gesture|token ~4
        on my|our tab
        free|complimentary month|months|week|year|night|upgrade|coffee|drink|meal|dessert|delivery|shipping|replacement|trial|days ~3
        as an|a|one ~1 one-time|exception|courtesy ~2
        make|made|making an|one ~1 exception ~3
        upgraded|upgrading you|your ~3
    """),
    # ---- go away
    _type("refuse", "go_away", "Says no.", """
        @i can|could|will not !wait|imagine|find|thank|hesitate|apologise|see|locate|promise|say|believe|tell|send|check|be|help ...
        can|could not ~1 be|do|offer|refund|share|waive|cancel|read|exchange|accept|restore|comment ...
        @i cannot|cant|wont ...
        @i ~1 @be|will|'ll ~2 unable to ...
        unable to ...
        @be ~1 not ~1 able|possible|allowed|permitted|eligible|authorised|authorized|available|entitled|covered|applicable|reduced ...
        ^not possible|available|yet|at|now|for ~4
        @i|we|it|they|that|restaurant do|does not ~1 offer|have|support|provide|allow|accept|handle|sell|deliver|ship|issue|refund|take|share|comment|give|do|reserve|exist ...
        @i|we can|only|are|am only|able|deal ~1 deal|to|offer|help|accept|book|do ~4
        only able to ~4
        no ~1 refund|refunds|exceptions|exception|compensation|way|plans|option|appointments|availability ~4
        there is|'s|are|have|has nothing|no|none ~1 else|more|we|i|way|option|exception|available|influence|plans|tables ...
        not something @i ~4
        @be ~1 unavailable|declined|rejected|final ~3
        held liable|responsible
        @i have to|must decline|refuse|reject ~4
        i am ~1 afraid
        only accommodate|schedule|make|rsvp|file ~4
        all we can do ~4
        @be ~1 too small|big|full|late for ~4
        do not take|accept ~3
    """),
    _type("policy", "go_away", "Policy as a wall.", """
        per|under|against|follow|to ~1 our|the|company|store ~2 policy|policies|terms|agreement|guidelines|rules|contract|procedure|procedures ~4
        our|company|store|the ~1 policy|policies ~1 is|are|does|do|states|requires|that ...
        as? per ~1 our|the|your|clause ~4
        terms and|& conditions ~4
        our|your|the terms|t&c|t&cs ~4
        in|with line with ~4
        t&c|t&cs
        as stated|mentioned|written|outlined|set in|on|at|out our|the|of ~5
        @be ~1 required|obliged to|by ...
        due to ~1 privacy|security|legal|contractual|gdpr|regulations|compliance|data|licensing ~4
        for security|legal|compliance reasons|purposes ~3
        accordance with ~4
        subject to ~4
        not|no ~1 liable|liability|guaranteed|guarantee for|of ~4
        non - refundable|transferable|returnable|changeable
        non-refundable|nonrefundable
        void|voids|voided ~3
        according to our|the ~4
        legal|law requirement|requirements|reasons ~3
        against the|our law|rules|terms|policy
        improper|misuse ~1 use ~3
        must be made|submitted|reported|claimed|received ~4
        off topic|-
    """),
    _type("blame", "go_away", "Puts the fault on the customer.", """
        you should|must ~1 have ...
        you did|have not|never ~1 read|check|follow|provide|tell|cancel|update|told|said|given|provided|answered|mentioned|followed ~5
        you seem|are ~1 confused|mistaken|misreading|misunderstanding|ignoring|confusing ~3
        perhaps|suggest|maybe|please you ~1 actually? read|misunderstood|misread ~4
        your problem is ~5
        please|do ~1 stop|cease|not ~2 duplicate|posting|twice|multiple|caps|shouting ~3
        you failed|neglected|ignored|agreed|signed|accepted ~4
        had you ~1 *ed ...
        why did|do|would you not? ...
        your ~1 fault|mistake|error|responsibility|negligence ~3
        responsibility of|to|for ~5
        responsible for|to ~5
        @your ~1 own end|fault|pin|device|network|risk|side|home ~3
        customers|guests|users|passengers|parents|patients|tenants|people ~1 are|often|must|should|is|were|normally ~5
        customer|guest|user|motorist|parent|tenant|passenger 's|is|must|should|was|were? ~1 responsible|responsibility|expected|asked|liable ~5
        expected|supposed|required|warned to|about|repeatedly ~1 read|check|inform|know|follow ~3
        as|which|was|is ~1 clearly stated|mentioned|explained|written|shown|visible|says ...
        you were ~1 told|informed|advised|warned|notified|late|rude|out ~4
        accepted|authorised|authorized|approved|confirmed|signed|entered|caused|done by|off you|yourself|yourselves|tenants|by|the ~3
        user error
        maybe|perhaps|next you|time|check|read|due ~1 should|read|check|your|to ~5
        read|reading the|our|your room|terms|description|conditions|instructions|manual|rules|faq|docs ~3
        your tone|attitude|language ~3
        calm down
    """),
    _type("redirect", "go_away", "Go elsewhere and start again.", """
        please|kindly|pls|you|can|could|should|must|need|may|will|would|and|or|then|to ~2 contact|call|email|e-mail|ring|phone|visit|write|approach ~1 our|the|your|us|to|at|them|customer|support|a|local|this|in|on|with|# ...
        reach|get|write|speak out|back|in|touch ~1 to|with our|the|us|your|them|a|@this|touch ...
        please ~1 submit|raise|open|file|fill|lodge|complete|visit|register|check|follow|call|contact|add|tell ~3 ticket|request|form|case|complaint|claim|report|website|faq|page|site|portal|help|at|on|via|status ~5
        submit|raise|open|file|create|log|fill|lodge|complete|submitted a|an|your|the|this|out|in|using|via|them|it ~2 ticket|request|form|case|complaint|claim|report|portal ~5
        get in touch|contact with|to ...
        @i|we ~2 suggest|recommend|advise|encourage ~2 contacting|calling|reaching|getting|emailing|speaking|contact|visiting|checking|reach|visit ...
        ^write|email|mail|call|ring|phone|send to? us|me|our|it|the? ~2 at|on|via|through|to|# ~5
        contact|ask|see|call your|the|a|local ~2 bank|carrier|provider|airline|seller|manufacturer|merchant|store|hotel|courier|landlord|insurer|doctor|embassy|retailer|reception|administrator|isp|property|branch|dealer|agent|department|host ...
        ^contact|call|visit support|customer|us|them|our|the|your|a ...
        support|team|billing|care|sales|recovery|success team|experts|form|page|line|here|at ~1 here|at|on|via|directly ~4
        you @will? ~2 need|have|must|want to ~1 contact|call|email|speak|reach|visit|write|go|raise|submit ~1 with? ...
        ^submit|through|via ~1 our|the ~2 form|portal|website|hotline|page|helpline|desk|homepage ~4
        on|to our|the ~1 website|homepage|portal
        please ~1 head|go|follow|use|select ~2 here|link|page|button ~3
        @i|we ~2 recommend|suggest|advise ~1 sending|sharing|suggesting|reporting|posting|looking|submitting|taking ~5
        submit|share|report|send|leave ~4 here|tool|form|page|community ~3
        follow the|this prompts|link ~4
        on|at|to [ email|phone|url ]
        customer service|care|support|services at|on|via|number ~4
        not the|our right|place|department|team|area ~4
        share your|ur ~4 on|at|to ~3
    """),
    _type("brush_off", "go_away", "Dismisses, waits out or ends the contact.", """
        as|like i|we ~1 said|already|told|mentioned|stated|explained ...
        already told|said|answered|explained|replied ~3
        nothing more|else ~1 @i|to|can ~4
        this|the|your|matter ~1 ticket|case|chat|conversation|thread|request|issue|matter|topic ~1 is|has|been|be|now|was ~2 closed|closing|locked ~3
        ^closing|closed|locking|locked ~1 .|this|the|your|as
        take it or leave it
        deal with it
        it is what it is
        wontfix|rtfm
        be|have more? patient|patience ~3
        bear with us|me
        wait your turn
        please|pls|kindly ~1 wait|allow for|the|1|#|up|some|us ~4
        keep checking ~4
        stop|refrain|avoid asking|writing|calling|messaging|complaining|from|sending|posting ~3
        do not send|post|write|call|reply|contact|open|reopen ~2 multiple|again|further|emails|here|another|duplicate|more ~4
        no need to report|write|call|reply|contact again
        will not ~2 comment|reply|respond|discuss|help ~3
        no further ~3 correspondence|comment|replies|response ~3
        we|our are|is|all|staff|engineers|team ~1 always|constantly|continually|continuously|trained|work ~2 improving|striving|working|to|hard ~4
        we regularly|constantly|always|never|would ~1 review|improve|strive|knowingly|monitor ~4
        is ~1 important to us
        not my|our problem|job|issue|concern|department ~2
        try again later
        little @i can do ~4
    """),
)  # fmt: skip


def marker_groups(types: Iterable[MarkerType]) -> dict[str, str]:
    """Map each marker type's name to its group."""
    return {kind.name: kind.group for kind in types}
