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
    nots=lines("nem,ne,sem,se,soha,sohasem,nélkül,aligha,dehogy,dehogyis,egyáltalán nem,semmiképp,anélkül,sose,ahelyett,"
               "eszünkben sincs,eszünk ágában sincs"),
    nobody=lines("senki,senkinek,senkit,senkitől,egyikünk,egyikük"),
    nones=lines("nincs,nincsen,nincsenek,semmi,semmiféle,semmilyen,sincs,sincsen,se,nem látunk,nem volt,nem lesz"),
    after=lines("nélkül,nem igaz,szóba sem jön,kizárt,tévedés,nem merült fel,szóba se jöhet,kizárt dolog"),
    inverse=lines("tagadom,tagadjuk,tagadja,tagadták,kétlem,kétséges,kizárom,kizárjuk,kizárt,elkerüljük,elkerülni,"
                  "elkerülhető,kétli,cáfoljuk,cáfolom,tagadható,tagadhatjuk,kizárható"),
    idle=lines("nem csak,nemcsak,nem kérdés,nem csoda,nem baj,nem gond,nem is beszélve,senki sem kérdezte,hát nem"),
    ceasing=lines("megszűnt,leállt,abbahagyta,képtelen"),
    answers=lines("nem,dehogy,ugyan,á nem,szó sincs,szó se,dehogyis,soha,á dehogy,ugyan már,természetesen nem,ugyan dehogy"),
    matrix=lines("szó sincs,szó se,nem igaz,nem tudok róla,nem tudunk róla,nem mondanám,nem mondhatnám,nem úgy értettem,"
                 "tévedés,nem állítom,nem hiszem,nem gondolom,nem mondtam,anélkül,senki nem mondta,senki sem mondta,"
                 "esze ágában sincs,szó nincs,nincs szó,nem jelenti azt,senki sem panaszkodott,senki nem panaszkodott,"
                 "tévhit,nem arról van szó"),
    that=lines("hogy,mintha"),
    knowing=lines("tudom,tudtam,tudtuk,felejtsék,felejtse,titok,meglepő,titkolom,rejtjük,feledkezzenek,tudja"),
    contrast=lines("de,hanem,viszont,azonban,csak,csupán,mégis,ellenben,pedig,azért,ám"),
    breaks=lines("mert,hogy,ha,amikor,mivel,bár,hanem,de"),
    joins=lines("és,vagy,hogy,s"),
    asides=lines("hát,szóval,kérem,őszintén szólva,sajnos,sőt,izé,ugye,figyelj,aki,akik,ami,amik,amely,amelyik,amit,akit,"
                 "ahogy,amelyet,az igazat megvallva,ha hozzávesszük,mondjuk,elvileg,a vevőszolgálatosok,akárhogy is,"
                 "nagyon is,mármint,gyakorlatilag"),
    subjects=lines("én,mi,te,ti,ő,ők,ön,önök,nem"),
    conditions=lines("ha,amennyiben,hacsak,feltéve,különben,abban az esetben"),
    questions=(),
    reports=lines("azt mondta,azt mondták,azt mondja,mondta,szerint,állítólag,azt hallottam,hallottam,kérdezte,azt írta,"
                  "azt állítja,azt beszélik,úgy hallottam,azt állítják,szólt hogy,a hírek szerint,üzente"),
    polite=lines("nem,ugye nem,hát nem"),
    shields=lines("elégedettségi,elégedettség,ajánlott,ajánlatos,más felhasználó,kedvezményezett,kedvezményezettek,"
                  "szerződéses,leckét,vezetékes,eredménykimutatás"),
    abbreviations=lines("dr,kb,pl,stb,ún,ill,sz,u,kft,zrt,bt"),
    gap=6, turned=7, reach=6, back=4, near=2,
)  # fmt: skip
