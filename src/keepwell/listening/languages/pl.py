"""Polish."""

from keepwell.listening.languages import Language, lines

LANGUAGE = Language(
    code="pl",
    stemmer="polish",
    concord=True,
    stop=lines("o,z,ze,w,we,na,od,do,dla,przez,jest,są,był,to,tego,ten,ta,naszą,nasz,nasza,naszej,tę,tą,się,"
               "nam,nas"),
    copulas=lines("jest,są,był,była,być"),
    nots=lines("nie,nigdy,ani razu,wcale nie,ani,zamiast,bynajmniej,żadną miarą,w żadnym razie,w życiu nie"),
    closing=lines("jest,są,był,byli,była,byliśmy,byłyśmy,jestem,jesteśmy,mamy,mam,ma,mają,miałem,mieliśmy,"
                  "będzie,będą,planujemy,"
                  "planuję,przewidujemy,rozważamy,zamierzamy,chcemy,bierzemy,potrzebujemy,nazwałbym,"
                  "nazwałabym,widzimy,trzeba,"
                  "było,byłoby,wchodzi,przewiduję,rozważam,oglądaliśmy,szukamy,szukaliśmy,dostaliśmy"),
    without=lines("bez"),
    nobody=lines("nikt,nikogo,nikomu,nikim,żaden z nas,nikt z nas"),
    nones=lines("brak,braku,brakiem,brakuje,żaden,żadna,żadne,żadnych,żadnego,żadnej,nie ma,nie było,"
                "nie będzie,nie widać,nie widzimy,nic,zero"),
    after=lines("nie ma mowy,nie może być mowy,to nieprawda,to plotka,nie wchodzi w grę,nie byliśmy,nieprawda,"
                "jest wykluczone,jest wykluczona,wykluczone"),
    inverse=lines("wykluczam,wykluczamy,wykluczone,wykluczyć,wyklucza,zaprzeczam,zaprzecza,zaprzeczamy,"
                  "zaprzeczyć,wątpię,"
                  "wątpimy,uniknąć,unikamy,uniknięcia,zawaham,zawahamy,daleka jestem od,daleki jestem od,"
                  "dalecy jesteśmy od"),
    idle=lines("nie tylko,nie ma problemu,nie ma sprawy,nie oszukujmy się,nic dziwnego,nie dość że,co nie"),
    ceasing=lines("brak,braku,brakiem,brakuje,przestała,przestał,przestało,przestały,przestali,przestaje,"
                  "przestają,przestać"),
    answers=lines("nie,skądże,skąd,ależ skąd,nigdy,w życiu,bynajmniej,ależ nie,gdzie tam,nic podobnego,"
                  "nieprawda"),
    matrix=lines("nie można mówić o,nieprawda,nieprawdą jest,nie jest prawdą,to nieprawda,nie chodzi o to,"
                 "nie sądzę,nie mówię,nie powiedziałem,"
                 "nie powiedziałam,nie ma mowy,nie ma opcji,nie ma takiej opcji,nie jest tak,nikt nie mówił,"
                 "nikt nie powiedział,"
                 "nic mi nie wiadomo,nie wydaje mi się,nie można powiedzieć,nie mogę powiedzieć,nie twierdzę"),
    that=lines("że,żeby,żebyśmy,jakoby,aby,iż,by,żebym,żebyście,abyśmy"),
    knowing=lines("wiem,wiedziałem,wiedziałam,zapomnijcie,zapominajcie,zapomnieć,ukrywam,ukrywamy,dziwi,"
                  "tajemnicą,zapominam,"
                  "wiedzieliśmy,zapomnij"),
    contrast=lines("ale,lecz,jednak,tylko,natomiast,za to,chociaż"),
    breaks=lines("ale,bo,żeby,ponieważ,gdyż"),
    joins=lines("i,a,oraz,więc,czy,lecz,że,tylko,chyba,ani"),
    asides=lines("no,hm,cóż,szczerze mówiąc,wiecie,niestety,który,która,które,którego,której,którą,którzy,"
                 "których,otóż,słowem,"
                 "prawdę mówiąc,jak wiecie,mówiąc szczerze,proszę pana,proszę pani,powiedzmy,tak,"
                 "no nie oszukujmy się,z ręką na sercu,po"),
    subjects=lines("teraz,ja,my,wy,ty,on,ona,oni,one,pan,pani,państwo,proszę,nie,czy,jak,to,dajcie"),
    conditions=lines("jeśli,jeżeli,gdyby,jeśliby,jak nie,o ile,chyba że,w razie,gdybyśmy,gdybym,"
                     "pod warunkiem,inaczej"),
    reports=lines("mówił,mówiła,mówi,mówił że,twierdzi,twierdzą,powiedział,powiedziała,powiedzieli,podobno,"
                  "według,słuchy,"
                  "mówi się,wspominał,wspominała,pisali,pisał,zapowiedziała,zapowiedział,kazała,kazał,"
                  "prosiłam szefa,"
                  "zdaniem,słyszałem,słyszałam,rzekomo,ponoć,przekazał,przekazała"),
    polite=lines("nie,czy nie"),
    reflexive=lines("się"),
    shields=lines("poleconym,polecony,polecenie zapłaty,umowę o pracę,umowy o pracę,złożony proces,"
                  "używane laptopy,"
                  "za to,zmieniły się,umowę o poufności,polecił mi"),
    abbreviations=lines("nr,ul,np,tj,dr,mgr,itd,itp,tzw,ok,pkt,ust,sp,godz,r"),
    gap=6, turned=6, reach=6, back=5, near=2,
)  # fmt: skip
