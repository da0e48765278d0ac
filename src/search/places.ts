/**
 * Capitals, resorts, cities with airports, and what else people call a place, by code. English stands here only where
 * the Russian letters, written in Latin ones, would not give it.
 */
const PLACES = `
AD андорра ла велья,andorra la vella,пас де ла каса,pas de la casa
AE эмираты,emirates,дубай,dubai,абу даби,abu dhabi,шарджа,sharjah,рас эль хайма,ras al khaimah,фуджейра
AF кабул
AG сент джонс,барбуда
AI валли
AL тирана,дуррес,саранда,sarande,влера,vlore
AM ереван,yerevan,гюмри,севан,дилижан
AO луанда
AR буэнос айрес,buenos aires,патагония,patagonia,барилоче,ушуайя,ushuaia,мендоса,игуасу
AT вена,vienna,wien,зальцбург,salzburg,инсбрук,innsbruck,кицбюэль,грац
AU сидней,sydney,мельбурн,melbourne,канберра,брисбен,brisbane,перт,perth,голд кост,gold coast,кэрнс,cairns
AW ораньестад,oranjestad
AX мариехамн,mariehamn,аланды
AZ баку,гянджа,габала
BA сараево,sarajevo,мостар,баня лука
BB бриджтаун,bridgetown
BD дакка,dhaka,читтагонг
BE брюссель,brussels,антверпен,antwerp,брюгге,bruges,гент,ghent,шарлеруа
BF уагадугу
BG софия,sofia,варна,бургас,солнечный берег,sunny beach,банско,золотые пески,несебр,пловдив
BH манама
BJ котону,порто ново
BM гамильтон
BN бандар сери бегаван
BO ла пас,la paz,санта крус,уюни
BQ бонайре,бонэйр,саба,kralendijk
BR рио де жанейро,rio de janeiro,сан паулу,sao paulo,сальвадор,флорианополис
BS нассау,багамы
BT тхимпху,паро
BW габороне
BY минск,беларусь,белоруссия,брест,гродно,гомель,витебск
BZ бельмопан,белиз сити
CA торонто,ванкувер,vancouver,монреаль,montreal,оттава,ottawa,калгари,calgary,квебек,quebec,банф,banff
CD киншаса,заир
CF банги
CG браззавиль
CH цюрих,zurich,женева,geneva,берн,базель,basel,церматт,zermatt,люцерн,lucerne,лозанна,давос,санкт мориц,st moritz,вербье,swiss
CI абиджан,abidjan,берег слоновой кости,ivory coast,ямусукро
CL сантьяго,santiago,остров пасхи,easter island,вальпараисо,атакама
CM яунде,дуала
CN пекин,beijing,шанхай,shanghai,гуанчжоу,guangzhou,хайнань,hainan,санья,шэньчжэнь,shenzhen,чэнду,chengdu,харбин,harbin,сиань,кнр,prc
CO богота,медельин,medellin,картахена,cartagena,кали
CR сан хосе,san jose
CV прая,сал,боа вишта
CW виллемстад,willemstad
CY никосия,nicosia,ларнака,larnaca,лимассол,пафос,paphos,айя напа,ayia napa,протарас
CYP кирения,kyrenia,гирне,фамагуста,эркан,trnc,трск
CZ прага,prague,praha,брно,карловы вары,czechia
DE берлин,мюнхен,munich,гамбург,hamburg,франкфурт,кёльн,cologne,дюссельдорф,dusseldorf,штутгарт,дрезден,dresden,баден баден,deutschland,фрг
DK копенгаген,copenhagen,орхус,леголенд
DM розо
DO пунта кана,punta cana,санто доминго,бока чика,пуэрто плата,баваро
DZ алжир,algiers,оран
EC кито,quito,гуаякиль,галапагосы,galapagos
EE таллин,таллинн,тарту,пярну,сааремаа
EG каир,cairo,хургада,hurghada,шарм эль шейх,sharm el sheikh,шарм,марса алам,эль гуна,el gouna,дахаб,dahab,александрия,луксор,luxor,красное море,red sea
ES мадрид,барселона,barcelona,малага,аликанте,alicante,валенсия,valencia,севилья,seville,ибица,ibiza,майорка,mallorca,majorca,пальма,коста брава,коста дорада,салоу,марбелья,marbella,бильбао,балеары
ET аддис абеба,addis ababa
FI хельсинки,helsinki,тампере,турку,рованиеми,лапландия,lapland,леви,suomi
FJ сува,нади
FO торсхавн,фареры
FR париж,paris,ницца,nice,канны,cannes,лион,lyon,марсель,marseille,куршевель,courchevel,шамони,chamonix,бордо,лазурный берег,корсика,corsica,страсбург,диснейленд,сен тропе
GA либревиль
GB лондон,англия,england,шотландия,scotland,эдинбург,edinburgh,манчестер,ливерпуль,уэльс,wales,уельс,северная ирландия,белфаст,соединенное королевство,глазго
GD сент джорджес
GE тбилиси,батуми,кутаиси,гудаури,боржоми,кобулети,казбеги
GF кайенна,куру
GG гернси
GH аккра,accra
GL нуук
GM банжул
GN конакри
GP пуэнт а питр
GQ малабо
GR афины,athens,крит,crete,родос,rhodes,корфу,corfu,санторини,салоники,thessaloniki,халкидики,halkidiki,миконос,mykonos,кос,закинф,zakynthos,ираклион,heraklion,эллада
GT антигуа гватемала,тикаль
GW бисау
HK сянган,hongkong,гон конг
HN тегусигальпа,роатан
HR загреб,дубровник,сплит,пула,истрия,хвар,задар
HT порт о пренс
HU будапешт,budapest,балатон,хевиз,heviz,дебрецен
IC канары,canaries,тенерифе,гран канария,gran canaria,лансароте,lanzarote,фуэртевентура,лас пальмас
ID бали,джакарта,jakarta,денпасар,убуд,ломбок,чангу,canggu,комодо,суматра,ява,java
IE дублин,корк,cork,голуэй,эйре
IL тель авив,иерусалим,jerusalem,эйлат,eilat,хайфа,haifa,мертвое море,нетания
IM дуглас
IN гоа,дели,delhi,мумбаи,бомбей,керала,бангалор,bangalore,агра,ченнаи,калькутта,варанаси,ришикеш,bharat
IQ багдад,baghdad,эрбиль,курдистан
IR тегеран,tehran,исфахан,шираз,киш,персия
IS рейкьявик,reykjavik,кефлавик
IT рим,rome,roma,милан,венеция,venice,флоренция,florence,неаполь,naples,сицилия,sicily,сардиния,sardinia,римини,турин,болонья,верона,пиза,палермо,катания,амальфи,комо,ватикан,vatican,бари,italia
JE сент хелиер
JM кингстон,монтего бей,montego bay,негрил
JO амман,акаба,aqaba,петра
JP токио,tokyo,осака,киото,kyoto,саппоро,окинава,okinawa,фукуока,нисэко,хоккайдо,нагоя,хиросима,nippon
KE найроби,nairobi,момбаса,масаи мара,диани
KG бишкек,иссык куль,ош,киргизия,кыргызстан,каракол
KH пномпень,phnom penh,сием рип,siem reap,ангкор,сиануквиль
KN бастер,невис
KR сеул,seoul,корея,korea,пусан,busan,чеджу,jeju,инчхон,incheon,пхёнчхан
KW эль кувейт
KY каймановы
KZ алматы,алма ата,астана,нур султан,шымкент,актау,караганда,атырау
LA вьентьян,vientiane,луангпрабанг,luang prabang
LB бейрут,beirut
LC кастри,castries
LI вадуц,vaduz
LK коломбо,colombo,цейлон,ceylon,шри ланка,мирисса,галле,канди
LR монровия
LS масеру
LT вильнюс,vilnius,каунас,паланга,клайпеда,друскининкай
LU люксембург сити
LV рига,юрмала,jurmala,лиепая
LY триполи
MA марракеш,marrakech,агадир,касабланка,casablanca,рабат,фес,танжер,эссуэйра
MC монте карло,monte carlo
MD кишинев,chisinau,кишинэу,молдавия,moldavia,тирасполь
ME подгорица,podgorica,будва,котор,тиват,бар,герцег нови,монтенегро
MF мариго,сан мартен
MG антананариву,нуси бе
MK скопье,skopje,охрид,ohrid,македония,macedonia
ML бамако
MM янгон,бирма,burma,мандалай,баган
MN улан батор,ulaanbaatar
MO аомынь,macau
MQ фор де франс
MR нуакшот
MT валлетта,слима,sliema,гозо,сент джулианс
MU порт луи,port louis
MV мале,атолл
MW лилонгве
MX мехико,mexico city,канкун,cancun,плайя дель кармен,playa del carmen,тулум,лос кабос,пуэрто вальярта,ривьера майя,гвадалахара,юкатан
MY куала лумпур,лангкави,langkawi,пенанг,борнео,кота кинабалу,джохор
MZ мапуту
NA виндхук
NC нумеа
NE ниамей
NG лагос,абуджа,abuja
NI манагуа
NL амстердам,голландия,holland,роттердам,гаага,эйндховен,eindhoven,утрехт
NO осло,берген,тромсё,tromso,ставангер,шпицберген,лофотены
NP катманду,kathmandu,покхара,pokhara,эверест
NR ярен
NZ окленд,auckland,веллингтон,wellington,квинстаун,queenstown,крайстчерч
OM маскат,muscat,салала,salalah
PA панама сити,бокас дель торо
PE лима,куско,cusco,мачу пикчу,machu picchu
PF таити,tahiti,бора бора,папеэте
PG порт морсби
PH манила,боракай,boracay,себу,cebu,палаван,palawan,эль нидо,бохол
PK исламабад,карачи,лахор,lahore
PL варшава,warsaw,краков,krakow,гданьск,вроцлав,wroclaw,закопане,познань,polska
PR сан хуан
PS рамалла,вифлеем,bethlehem
PT лиссабон,lisbon,порту,porto,мадейра,madeira,алгарве,фару,faro,азоры,azores,фуншал
PY асунсьон
QA доха,doha
RE реюньон,сен дени
RO бухарест,bucharest,клуж,cluj,трансильвания,брашов,констанца
RS белград,belgrade,нови сад,копаоник
RU москва,moscow,санкт петербург,питер,спб,st petersburg,сочи,казань,калининград,рф,владивосток,екатеринбург,байкал,красная поляна
RW кигали
SA эр рияд,riyadh,джидда,jeddah,мекка,mecca,makkah,медина,хадж,умра,ksa
SC маэ,mahe,праслен,сейшелы,виктория
SD хартум
SE стокгольм,stockholm,гётеборг,gothenburg,мальмё,malmo,sverige
SG сингапур,чанги,sentosa
SI любляна,ljubljana,блед
SK братислава,татры,tatras,kosice
SL фритаун
SN дакар
SR парамарибо
SV сан сальвадор
SZ свазиленд,мбабане
TC провиденсьялес
TD нджамена
TG ломе
TH бангкок,пхукет,phuket,паттайя,pattaya,самуи,краби,чиангмай,chiang mai,хуахин,hua hin,панган,phangan,као лак,khao lak,пхи пхи,ко чанг,тай
TJ душанбе,худжанд,памир
TL дили
TN тунис,хаммамет,hammamet,сусс,sousse,джерба,djerba,монастир
TO нукуалофа
TR стамбул,istanbul,анталья,анталия,кемер,алания,аланья,бодрум,белек,сиде,мармарис,фетхие,fethiye,измир,анкара,каппадокия,cappadocia,turkiye
TT порт оф спейн,тобаго
TW тайбэй,taipei,гаосюн,формоза
TZ занзибар,дар эс салам,dar es salaam,килиманджаро,kilimanjaro,аруша,серенгети,додома
UA киев,kyiv,львов,lviv,одесса,odesa,харьков,буковель
UG кампала,энтеббе
US америка,america,штаты,states,соединенные штаты,united states of america,нью йорк,new york,лос анджелес,los angeles,майами,miami,вашингтон,washington,сан франциско,san francisco,лас вегас,чикаго,chicago,флорида,калифорния,california,бостон,орландо,аляска,техас,сиэтл
US-HI гавайские острова,гонолулу,honolulu,мауи,оаху
UY монтевидео,пунта дель эсте
UZ ташкент,самарканд,бухара,хива
VC кингстаун,гренадины
VE каракас,маргарита
VG тортола
VI сент томас,st thomas
VN нячанг,nha trang,дананг,da nang,фукуок,phu quoc,ханой,hanoi,хошимин,ho chi minh,сайгон,saigon,муйне,mui ne,фантьет,камрань,далат,хойан,халонг
VU порт вила
WS апиа
XK приштина,pristina
YE сана,сокотра,socotra
YT мамудзу
ZA йоханнесбург,johannesburg,кейптаун,cape town,дурбан,rsa,претория,южно африканская республика,крюгер
ZM лусака
ZW хараре,виктория фолс,victoria falls
RAF черный континент
REUP европа,европейский союз,евросоюз,шенген,schengen,eu,ес
REUL европа,евросоюз,шенген,schengen,eu,ес
RAS юго восточная азия,southeast asia
RCI содружество
RCA карибские острова,caribbean islands,антилы
RLA южная америка,латинская америка,south america,latin america
RNA usa canada mexico,сша канада мексика
RME ближний восток,персидский залив
RMENA ближний восток,mena,северная африка
RGB мир,кругосветка,world,worldwide,международный,international
RGBS мир,world,worldwide
RGBL мир,world,worldwide
RGBM мир,world,worldwide
ROC австралия и новая зеландия
RBK балканский,ex yugoslavia,югославия
RBH сша и европа,бизнес
REUS сша и европа
`;

const LATIN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...'абвгдеёзийклмнопрстуфыэ'].map((letter, index) => [letter, 'abvgdeeziyklmnoprstufye'.charAt(index)]),
  ),
  ...{ ж: 'zh', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ь: '', ъ: '', ю: 'yu', я: 'ya' },
};

export function placeAliases(): Map<string, string[]> {
  return new Map(
    PLACES.trim()
      .split('\n')
      .map((line) => {
        const space = line.indexOf(' ');
        const names = line.slice(space + 1).split(',');
        return [line.slice(0, space), [...new Set([...names, ...names.map(inLatin)])]];
      }),
  );
}

function inLatin(text: string): string {
  return [...text].map((letter) => LATIN[letter] ?? letter).join('');
}

/** Countries without another name above: with those that have one, all there are, sold or not. */
const FURTHER_COUNTRIES =
  'AQ AS BI BL CK CU DJ EH ER FK FM GI GU GY KI KM KP MH MP MS NU PM PW SB SH SM SO SS ST SX SY ' + 'TM TV VA WF';

/** So that one that is not sold is not taken for a slip of another's name. */
export function allCountries(): string[] {
  const named = [...PLACES.matchAll(/^[A-Z]{2}(?= )/gm)].map(([code]) => code);
  return [...named, ...FURTHER_COUNTRIES.split(' ')];
}
