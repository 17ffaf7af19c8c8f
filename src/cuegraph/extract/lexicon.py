"""Word lists of the extractor's rules. All lower case; lemmas unless said otherwise."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KIN: Final = _words("""
    mother mom mum mommy mama mam father dad daddy papa parent sister brother sibling twin son
    daughter child kid baby grandma grandmother granny nana grandpa grandfather granddad
    grandson granddaughter grandchild aunt auntie uncle cousin niece nephew husband wife spouse
    partner fiance fiancé fiancee fiancée girlfriend boyfriend stepmother stepmom stepfather
    stepdad stepson stepdaughter stepsister stepbrother godmother godfather
    """)
ACQUAINTANCE: Final = _words("""
    friend bestie buddy pal mate roommate flatmate housemate neighbor neighbour colleague
    coworker boss manager mentor mentee teacher coach tutor student classmate teammate doctor
    dentist therapist nurse lawyer landlord landlady babysitter nanny client assistant professor
    trainer girl boy guy man woman lady
    """)
PETS: Final = _words("""
    dog puppy pup cat kitten kitty pet rabbit bunny hamster horse pony parrot bird turtle
    tortoise fish goldfish snake lizard gecko ferret hen goat retriever terrier poodle labrador
    husky spaniel corgi beagle bulldog dachshund collie pug
    """)
TITLES: Final = _words("""
    mr mrs ms miss mx dr prof professor sir madam aunt auntie uncle grandma grandpa
    """)
NAMING: Final = _words("named called nicknamed")

GREETINGS: Final = _words("""
    hey hi hello hiya heya howdy yo thanks thank thx cheers congrats congratulations welcome bye
    goodbye goodnight dear sorry happy wow oh aw aww awww yeah yes yep no nope ok okay sure
    absolutely right well exactly totally
    """)
INTERJECTIONS: Final = _words("""
    omg lol lmao rofl btw fyi imo imho tbh idk asap rip woohoo woo yay hooray hurray haha hahaha
    hehe hmm hm huh uh um ugh oops ouch phew whoa gosh god jeez damn gotcha kinda gonna wanna
    gotta yup nah ya yea bummer woah whoah congrat
    """)
# Capitalised words that begin or interrupt a sentence without naming anything.
NOT_NAMES: Final = (
    GREETINGS
    | INTERJECTIONS
    | _words("""
    i i'm im i'll i've i'd a an the and or but so if as at in on of to for from by with about it
    its it's he she we you they my your his her our their this that these those what when where
    who why how is are was were be been do does did have has had can could will would should may
    might must not diy faq tv pc id ps p.s. etc ad bc am pm a.m. p.m. glad nice great good best
    love lovely awesome amazing cool super wonderful fantastic perfect beautiful congratulation
    nature mother mom mum mommy mama dad daddy papa father grandma grandpa granny nana sis bro
    dude man guys guy everyone everybody all sir madam ma'am mr mrs ms miss dr prof looking
    sounds seems take keep let let's just also maybe please today tonight tomorrow yesterday now
    then here there
    """)
)
# No names: they say when, or of which kind.
CALENDAR_NAMES: Final = _words("""
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri
    sat sun january february march april may june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec christmas xmas easter halloween
    thanksgiving spring summer autumn fall winter
    """)
DEMONYMS: Final = _words("""
    english american british french german spanish italian portuguese dutch russian chinese
    japanese korean indian hindi arabic arab turkish greek polish swedish norwegian danish
    finnish irish scottish welsh canadian australian mexican brazilian african asian european
    latin hebrew jewish christian muslim catholic buddhist hindu islamic protestant thai
    vietnamese ukrainian czech hungarian romanian swiss austrian belgian iranian persian israeli
    egyptian moroccan nigerian ghanaian kenyan ethiopian cuban argentinian chilean colombian
    peruvian filipino indonesian malaysian pakistani bengali tamil urdu punjabi gujarati swahili
    yoruba cantonese mandarin
    """)

PRONOUNS_FIRST: Final = _words("i me my mine myself we us our ours ourselves im")
PRONOUNS_SECOND: Final = _words("you your yours yourself yourselves u ya")

TIME_NOUNS: Final = _words("""
    second minute hour day night week weekend fortnight month year decade century morning
    afternoon evening today tonight tomorrow yesterday midnight noon monday tuesday wednesday
    thursday friday saturday sunday january february march april may june july august september
    october november december spring summer autumn fall winter season moment while past future
    date age
    """)
GENERIC_NOUNS: Final = _words("""
    thing lot time way bit kind sort type one ones something anything everything nothing someone
    anyone everyone nobody somebody anybody everybody stuff other another none some any all both
    each many most more less few couple bunch ton part piece number amount rest example case
    fact point reason idea sense matter deal thank thanks congrats congratulation guy man folk
    people person hey hi hello wow yeah luck fun place side top bottom end beginning start
    middle level area course step process thought feeling word question answer hope joy love
    best pleasure ok okay lol haha god gosh omg oh
    """)
PLACE_NOUNS: Final = _words("""
    home house apartment flat room kitchen garden school university college campus office work
    hospital clinic church mosque temple library museum gallery park beach lake river mountain
    forest wood trail city town village country island airport station hotel hostel restaurant
    cafe café bar pub club gym pool stadium theater theatre cinema store shop market mall bank
    farm camp studio street road neighborhood neighbourhood center centre downtown court
    courthouse zoo
    """)
# Adjectives on -al, -ic that do not make another concept of their noun.
PLAIN_ADJECTIVES: Final = _words("""
    real special total actual usual normal typical personal final original general several equal
    initial full overall essential magical beneficial crucial vital exceptional emotional
    fantastic epic terrific basic specific realistic optimistic enthusiastic dramatic
    therapeutic nostalgic chaotic hectic majestic authentic iconic comic tragic sensational
    unusual incredible additional potential practical critical
    """)

CONSUMING_VERBS: Final = _words("""
    read reread watch rewatch play replay finish see stream binge hear enjoy love recommend
    listen
    """)
MOVING_VERBS: Final = _words("""
    go come move travel fly drive walk run hike bike cycle sail ride return head visit live stay
    arrive leave relocate settle be grow work study meet camp vacation holiday land stop commute
    migrate bear raise bring take wander tour explore ship get
    """)
PLACE_PREPOSITIONS: Final = _words("""
    in at to from into near inside outside around through across towards toward via by onto
    """)
RECIPIENT_VERBS: Final = _words("""
    talk speak chat argue meet discuss write tell say give send show explain lend sell offer
    bring teach introduce call text email message listen apologize propose read pay promise
    """)

# Verbs that stand before another and only say how the event is put.
PLAN_VERBS: Final = _words("""
    go plan intend decide prepare arrange schedule gon need have got aim promise agree commit
    let look expect mean
    """)
WISH_VERBS: Final = _words("want hope wish like love dream long wan crave prefer desire")
# Their own meaning is part of the event: "stop smoke", "love hike".
WEIGHTY_VERBS: Final = _words("""
    try stop quit finish fail refuse forget remember love like enjoy hate dislike prefer miss
    avoid start begin learn practise practice regret manage keep continue
    """)
# What someone thinks is the event; that they think is not.
THINKING_VERBS: Final = _words("""
    think guess know mean believe hope wish suppose feel bet assume figure imagine doubt realize
    understand agree see reckon appreciate wonder
    """)
LINKING_VERBS: Final = _words("""
    be become get feel seem look stay remain turn sound appear smell taste
    """)
POLITE_VERBS: Final = _words("""
    thank congratulate welcome sound look appreciate thanks agree bet guess hope imagine inspire
    rock mean matter seem deserve care
    """)
PRAISE_WORDS: Final = _words("""
    great good nice awesome amazing cool wonderful fantastic lovely beautiful perfect glad happy
    excited sorry sure right true proud brilliant incredible inspiring super fun cute
    interesting important grateful thankful impressive welcome fine okay ok alright such lucky
    helpful special powerful worth awful sweet kind amazed impressed
    """)

AUXILIARY_FORMS: Final = _words("""
    do does did is are was were am can could will would should shall may might must have has had
    don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't shouldn't
    haven't hasn't hadn't
    """)
QUESTION_WORDS: Final = _words("what where when who whom whose why how which")
# Weak modals say that an event is thought of, not that it is.
THOUGHT_MODALS: Final = _words("would could might may should 'd must")
FUTURE_MODALS: Final = _words("will 'll wo shall")
CONDITIONS: Final = _words("if unless whether")

# Of capitals alone the model makes places and people ("AI", "SQL"); these are places.
PLACE_ACRONYMS: Final = _words("uk us usa nyc uae la dc eu sf")
ENTITY_LABELS: Final = {
    "PERSON": "Person",
    "GPE": "Place",
    "LOC": "Place",
    "FAC": "Place",
    "WORK_OF_ART": "Artifact",
    # The small model calls pets, people and games organizations: 10 of 44 were right.
    "ORG": "",
    "PRODUCT": "",
    "EVENT": "",
}
