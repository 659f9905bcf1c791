"""English."""

from keepwell.listening.languages import Language, lines

# past tense and participle of the verbs that have their own; a word in no list is regular
_IRREGULAR = dict(part.split(": ") for part in lines(
    "be: am is are was were been being 's 're,have: has had having 've,do: does did done,go: goes went gone,"
    "can: could,may: might,will: would 'll,shall: should,say: said,make: made,get: got gotten,come: came,take: took taken,"
    "see: saw seen,know: knew known,think: thought,give: gave given,find: found,tell: told,become: became,leave: left,"
    "feel: felt,put: put,bring: brought,begin: began begun,keep: kept,hold: held,write: wrote written,stand: stood,"
    "hear: heard,let: let,mean: meant,set: set,meet: met,run: ran run,pay: paid,sit: sat,speak: spoke spoken,lie: lay lain,"
    "lead: led,read: read,grow: grew grown,lose: lost,fall: fell fallen,send: sent,build: built,understand: understood,"
    "draw: drew drawn,break: broke broken,spend: spent,cut: cut,rise: rose risen,drive: drove driven,buy: bought,wear: wore worn,"
    "choose: chose chosen,seek: sought,throw: threw thrown,catch: caught,deal: dealt,win: won,forget: forgot forgotten,lay: laid,"
    "sell: sold,fight: fought,teach: taught,eat: ate eaten,sing: sang sung,strike: struck,hang: hung,shake: shook shaken,"
    "ride: rode ridden,feed: fed,shoot: shot,drink: drank drunk,hit: hit,arise: arose arisen,fly: flew flown,sleep: slept,"
    "beat: beaten,quit: quit,split: split,hurt: hurt,cost: cost,shut: shut,slide: slid,shrink: shrank shrunk shrunken,"
    "withdraw: withdrew withdrawn,undo: undid undone,redo: redid redone,overpay: overpaid,bid: bid,bind: bound,freeze: froze frozen,"
    "steal: stole stolen,stick: stuck,swear: swore sworn,wake: woke woken,wind: wound,undergo: underwent undergone,"
    "foresee: foresaw foreseen,rebuild: rebuilt,outgrow: outgrew outgrown,overcome: overcame,slit: slit,burst: burst"))  # fmt: skip
_VOWELS = "aeiou"


def inflected(word: str) -> tuple[str, ...]:
    """The forms of a word, whatever it is: plural, possessive, third person, past, participles."""
    own = _IRREGULAR.get(word, "").split()
    y, e = len(word) > 2 and word[-1] == "y" and word[-2] not in _VOWELS, word.endswith("e")
    if y:
        s, past = f"{word[:-1]}ies", f"{word[:-1]}ied"
    else:
        s = word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
        past = word + ("d" if e else "ed")
    stem = word[:-1] if e and not word.endswith(("ee", "oe", "ye")) else word
    ing = f"{word[:-2]}ying" if word.endswith("ie") else f"{stem}ing"
    found = {word, s, f"{word}'s", f"{word}s'", ing, *own, *(() if own else (past,))}
    if len(word) > 2 and word[-1] not in f"{_VOWELS}wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS:
        found |= {f"{word}{word[-1]}ing"} | (set() if own else {f"{word}{word[-1]}ed"})
    return tuple(sorted(found))

_NOT = lines(
    "don't,doesn't,didn't,won't,wouldn't,can't,couldn't,cannot,isn't,aren't,wasn't,"
    "weren't,haven't,hasn't,hadn't,shouldn't,shan't,mustn't,needn't,mightn't,ain't"
)

LANGUAGE = Language(
    code="en",
    stemmer="english",
    stop=lines(
        "a,an,the,our,your,my,their,his,her,its,this,that,these,those,it,them,us,we,you,i,they,to,of,with,"
        "for,from,in,on,"
        "at,by,as,and,be going,will,going,do,does,did,some,any,about,would like to"
    ),
    copulas=lines("is,are,was,were,be,been,being,am,'s"),
    nots=(*lines("not,no longer,never,nor,neither,hardly,by no means,in no way,no way,far from,anything but"),
          *_NOT, *(word.replace("'", "") for word in _NOT if word not in ("can't", "won't")), "cant", "wont",
          "instead of", "rather than", "nothing"),
    without=lines("without"),
    nobody=lines("hardly anyone,hardly anybody,no user,no users,not one person,not a single person,"
                 "no employee,none of our people,"
                 "not one of us,not one of our,nobody,no one,noone,none of us,none of them,not a soul,no-one"),
    nones=lines("no,no reason to,no plan,no plans,no intention,no need to"),
    after=lines("is not something,isn't something,is not what,isn't what,not an option,not on the table,"
                "not on our agenda,"
                "not planned,not happening,not going to happen,not needed,not necessary,not the case,"
                "not the plan,not in question,is not true,isn't true,not true,is out of the question,"
                "out of the question,is false,was a mistake,"
                "is a rumour,is a rumor,no way"),
    inverse=lines("avoid,avoids,avoided,avoiding,doubt,doubts,doubted,deny,denies,denied,refuse to,refused to,"
                  "rule out,ruled out,prevent,prevented,unlikely"),
    polite=tuple(_NOT),
    idle=lines("not only,not just,not merely,no doubt,no problem,no worries,no matter,not to mention,"
               "without doubt,"
               "without a doubt,why not,nothing to do with,no later than,no more than,whether or not,if not"),
    ceasing=lines("stop,stops,stopped,stopping,cease,ceased,ceases,fail to,failed to,fails to,refuses to,quit,"
                  "unable to,not able to,lack of"),
    answers=lines("no,no way,not at all,nope,of course not,never,absolutely not,certainly not,not really,"
                  "rubbish,nonsense"),
    matrix=lines("wrong to say,wrong to think,wrong to assume,exaggeration to say,mistake to think,"
                 "not true,isn't true,not the case,don't see how,do not see how,can't see how,cannot see how,"
                 "no idea how,see no way"),
    that=lines("that,as if,as though"),
    knowing=lines("know,forget,realise,realize,hide,surprised,surprising,secret,regret,aware,understand,"
                  "ignore,care,mind,"
                  "help,wait"),
    contrast=lines("but,however,yet,though,although,nevertheless,still we,instead we,except"),
    breaks=lines("because,although,though,whereas,while,unless,until,so that,who,which,what,where,when,why,"
                 "how,whether,"
                 "if,but"),
    joins=lines("and,or,so,that"),
    asides=lines("um,uh,er,erm,hm,well,i mean,and i mean,you know,basically,honestly,frankly,despite,as you,"
                 "as far,as we,"
                 "i'm sorry,i am sorry,sorry,to be,which,who,whom,whose,very much,in my,in our,and do,"
                 "and will,like,"
                 "after,for whatever,it seems,i think,we think,i guess,let's,say,yeah,after all"),
    subjects=lines("i,we,you,they,he,she,it,there,do,does,did,don't,doesn't,didn't,won't,will,would,can,"
                   "cannot,can't,has,"
                   "have,is,are,was,were,please,could,let,i'm,we're,it's,i've,we've,i'll,we'll,i'd,we'd,"
                   "they're,not,"
                   "what,that's,each,my,our"),
    conditions=lines("if,unless,in case,provided that,as long as,otherwise,should you,should we,were to,"
                     "in the event"),
    reports=lines("told us,told me,told,tells us,told everyone,told julia,says,say,said,mentioned that,"
                  "mentioned,"
                  "commented,i hear,i heard,we hear,rumour,rumor,rumours,apparently,heard that,wrote that,"
                  "according to,"
                  "claims,claimed,hears,is said to"),
    articles=lines("a,an,the,my,your,our,their,his,her,this,that,power,every"),
    nouns_of=lines("of,to,in,from,by"),
    abbreviations=lines("mr,mrs,ms,dr,prof,st,vs,approx,inc,ltd,no,nr,dept,e.g,i.e"),
    shields=lines("cut off,cut-off,power cut,price cut,renewable,work for me,works for me,work for us,"
                  "works for us,"
                  "work for you,company card,company car,company party,company name,contract number,"
                  "contract folder,"
                  "supplier number,supplier record,budget meeting,like that,like this,like the,not like,"
                  "would like to,"
                  "recommended settings,recommended retail,happy to,so happy to,working on"),
    gap=6, turned=9, reach=8, back=0,
    inflected=inflected,
)  # fmt: skip
