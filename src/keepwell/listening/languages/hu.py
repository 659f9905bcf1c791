"""Hungarian."""

from keepwell.listening.languages import Language, lines

LANGUAGE = Language(
    code="hu",
    stemmer="hungarian",
    concord=True,
    stop=lines("a,az,egy,ezt,azt,ez,és,is,van,lenne,hogy,már,itt,ezzel,azzal,valami,nekünk,minket"),
    copulas=lines("van,volt,lesz,lenne,vagyok,vagyunk"),
    prefixes=lines("fel,meg,le,el,ki,be,át,vissza,össze,abba,rá,hozzá"),
    prefix_gap=3,
    nots=lines("nem,ne,sem,se,soha,sohasem,aligha,dehogy,dehogyis,egyáltalán nem,semmiképp,anélkül,sose,"
               "ahelyett,"
               "eszünkben sincs,eszünk ágában sincs"),
    nobody=lines("senki,senkinek,senkit,senkitől,egyikünk,egyikük"),
    nones=lines("nincs,nincsen,nincsenek,semmi,semmiféle,semmilyen,sincs,sincsen,se,nem látunk,nem volt,"
                "nem lesz"),
    closing=lines("vagyunk,vagyok,volt,voltunk,lenne,lesz,tervezünk,tervezzük,kell,szeretnénk,szeretnék,"
                  "akarunk,nevezném,"
                  "mondanám,tartom,tartjuk,fontolgatjuk,gondolunk,nevezhető,mondható,érdemes,lehet,merült,"
                  "jön,terveztünk,"
                  "szükséges,van,vannak,kérünk,fogunk,fogok,fogjuk,akarok,mondhatnám,állnak,áll"),
    lacking=lines("nélkül"),
    after=lines("nem igaz,szóba sem jön,kizárt,tévedés,nem merült fel,szóba se jöhet,kizárt dolog"),
    inverse=lines("tagadom,tagadjuk,tagadja,tagadták,kétlem,kétséges,kizárom,kizárjuk,kizárt,elkerüljük,"
                  "elkerülni,"
                  "elkerülhető,kétli,cáfoljuk,cáfolom,tagadható,tagadhatjuk,kizárható"),
    idle=lines("ne legyen ilyen,ne legyenek ilyen,nem csak,nemcsak,nem kérdés,nem csoda,nem baj,nem gond,"
               "nem is beszélve,senki sem kérdezte,hát nem"),
    ceasing=lines("megszűnt,leállt,abbahagyta,képtelen"),
    answers=lines("nem,dehogy,ugyan,á nem,szó sincs,szó se,dehogyis,soha,á dehogy,ugyan már,"
                  "természetesen nem,ugyan dehogy"),
    matrix=lines("szó sincs,szó se,nem igaz,nem tudok róla,nem tudunk róla,nem mondanám,nem mondhatnám,"
                 "nem úgy értettem,"
                 "tévedés,nem állítom,nem hiszem,nem gondolom,nem mondtam,anélkül,senki nem mondta,"
                 "senki sem mondta,"
                 "esze ágában sincs,szó nincs,nincs szó,nem jelenti azt,senki sem panaszkodott,"
                 "senki nem panaszkodott,"
                 "tévhit,nem arról van szó"),
    that=lines("hogy,mintha"),
    knowing=lines("tudom,tudtam,tudtuk,felejtsék,felejtse,titok,meglepő,titkolom,rejtjük,feledkezzenek,tudja"),
    contrast=lines("de,hanem,viszont,azonban,csak,csupán,mégis,ellenben,pedig,ám"),
    breaks=lines("mert,hogy,ha,amikor,mivel,bár,hanem,de"),
    joins=lines("és,vagy,hogy,s,köszönjük,köszönöm,köszi,most"),
    asides=lines("á,hát,szóval,kérem,őszintén szólva,sajnos,sőt,izé,ugye,figyelj,aki,akik,ami,amik,amely,"
                 "amelyik,amit,akit,"
                 "ahogy,amelyet,az igazat megvallva,ha hozzávesszük,mondjuk,elvileg,a vevőszolgálatosok,"
                 "akárhogy is,"
                 "nagyon is,mármint,gyakorlatilag"),
    subjects=lines("én,mi,te,ti,ő,ők,ön,önök,nem"),
    conditions=lines("ha,amennyiben,hacsak,feltéve,különben,abban az esetben"),
    questions=(),
    reports=lines("azt mondta,azt mondták,azt mondja,mondta,szerint,állítólag,azt hallottam,hallottam,"
                  "kérdezte,azt írta,"
                  "azt állítja,azt beszélik,úgy hallottam,azt állítják,szólt hogy,a hírek szerint,üzente"),
    polite=lines("nem,ugye nem,hát nem"),
    shields=lines("elégedettségi,elégedettség,ajánlott,ajánlatos,más felhasználó,kedvezményezett,"
                  "kedvezményezettek,"
                  "szerződéses,leckét,vezetékes,eredménykimutatás"),
    possessed=("a", "e", "ja", "je"),
    endings=(
        # possession, number and case of nouns
        r"(?:[aeoöüu]?(?:m|d)|j?[aeáé]|[uü]nk|[aoe]t[oe]k|[oe]?tök|j?[uü]k|[aeoö]?k|j?[ae]i(?:m|d|nk|t[oe]k|k)?)?"
        r"(?:[aeoö]?t|b[ae]n?|b[oó]l|b[őe]l|[oeö]?n|r[óo]l|r[őe]l|r[ae]|n[áé]l|t[óo]l|t[őe]l|h[oeö]z|[a-z]?[ae]l|n[ae]k|ért|ig|ként)?|"
        # person, tense and mood of verbs
        r"(?:[oeöa]?t?t|[aeáé]?n[aeáé]|j|h[ae]t)?(?:[aeáéoöuü]?(?:m|d|l|sz|k|unk|ünk|nk|juk|jük|t[áéoö]k|tek|tok|j[aáeé]k?|[áé]k|uk|ük|[ae]|n[ae]k))?|"
        r"(?:[ae]?ni|[ae]n[ou]?nk|va|ve)"
    ),
    abbreviations=lines("dr,kb,pl,stb,ún,ill,sz,u,kft,zrt,bt"),
    gap=6, turned=7, reach=6, back=4, near=2,
)  # fmt: skip
