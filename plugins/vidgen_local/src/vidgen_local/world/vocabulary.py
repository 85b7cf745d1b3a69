"""The words that name places, hours, weather and things, in several languages.

A term is ``word``, ``two_words`` or ``word:weight``, folded to small letters
without accents; the weight is 1 where none stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "room": "room:2.5 rooms:2.5 interior:2.5 interiors:2.5 indoors:2.5 inside:1.2"
        " kitchen:2.5 bedroom:2.5 cabin:1.6 hall:1.6 hallway:2.5 corridor:2.5 stair:2 stairs:2"
        " staircase:2.5 library:2.5 attic:2.5 cellar:2.5 workshop:2.5 office:2.5 study:1.5"
        " parlour:2.5 int:2 parlor:2.5 laboratory:2.5 lab:2 cafe:2 tavern:2.5 inn:1.8 pub:2"
        " bar:1.2 classroom:2.5 hospital:2 museum:2 theatre:1.6 bathroom:2.5 apartment:2"
        " flat:0.4 lounge:2 nursery:2.5 bookshop:2.5 bakery:2 shop:1.4 studio:1.8 hut:0.8"
        " cottage:0.7 barn:1.2 wheelhouse:2 factory:2 cathedral:1.4 compartment:2 engine_room:2.5"
        " cell:1.4 prison:1.6 zimmer:2.5 kuche:2.5 stube:2.5 flur:2 treppe:2"
        " chambre:2.5 cuisine:2.5 piece:0.7 habitacion:2.5 cocina:2.5 stanza:2.5 cucina:2.5"
        " комната:2.5 комнате:2.5 кухня:2.5 室:2 房:2 屋_里:2.5 غرفة:2.5 المطبخ:2.5",
        "sea": "sea seas ocean oceans coast coastal:0.8 shore shores beach beaches harbour"
        " harbor island isle wave:0.6 waves:0.6 bay cliff:0.6 cliffs:0.7 lighthouse:0.9"
        " boat:0.5 boats:0.6 ship:0.7 ships:0.7 pier tide:0.6 surf marina fjord port dock:0.8"
        " docks:0.8 quay jetty headland seaside deck:0.5 sailing:0.6 sailors:0.4 meer mer mar"
        " mare playa costa hafen kuste strand insel leuchtturm:0.9 phare:0.9 faro:0.9 plage"
        " spiaggia море моря морем берег 海 港 浜 岛 島 بحر البحر شاطئ الشاطئ ميناء",
        "lake": "lake lakes river rivers pond stream:0.7 brook creek lagoon riverbank lakeside"
        " bridge:0.4 bridges:0.4 brucke:0.4 pont:0.4 puente:0.4 ponte:0.4"
        " waterfall canal:0.7 marsh swamp wetland see:0.15 fluss bach lac riviere fleuve lago"
        " rio fiume озеро река реки 湖 河 川 بحيرة نهر النهر",
        "forest": "forest forests wood:0.6 woods woodland jungle tree:0.4 trees:0.5 pine:0.5"
        " pines:0.6 grove taiga rainforest thicket birch:0.6 birches:0.7 oak:0.4 oaks:0.5"
        " clearing:0.7 wald foret bosque foresta лес лесу леса 林 森 غابة الغابة",
        "city": "city:1.2 cities town:0.8 skyline:1.4 urban downtown rooftop:1.2 rooftops:1.2"
        " metropolis skyscraper skyscrapers cityscape:1.4 towers:0.5 stadt ville ciudad citta"
        " airport station:0.8 stadium dacher toits город городе города 城 都 市 مدينة المدينة",
        "street": "street:1.5 streets:1.4 avenue:1.4 alley:1.6 alleyway:1.6 lane:0.8"
        " boulevard:1.4 sidewalk:1.3 pavement:1.1 neon:0.8 crosswalk:1.3 marketplace:1.1"
        " market:0.9 plaza:1.1 square:0.8 bazaar:1.2 strasse:1.5 gasse:1.5 rue:1.4 calle:1.4"
        " via:0.5 strada:1 улица:1.5 улице:1.5 街:1.5 巷:1.5 شارع:1.5 الشارع:1.5",
        "village": "village:1.3 villages hamlet:1.3 cottages:1.1 township farmstead farm:0.8"
        " farmhouse:0.7 churchyard settlement dorf pueblo villaggio borgo деревня деревне 村"
        " قرية",
        "road": "road:1.2 roads highway:1.3 motorway:1.3 path:0.6 trail:0.6 track:0.3 route:0.7"
        " crossroads:1.2 roadside:1.2 railway:0.8 rails:0.8 lane:0.7 chemin:0.8 autobahn:1.3"
        " landstrasse:1.5 carretera:1.3 camino:0.8 дорога:1.2 дороге:1.2 路 道 طريق الطريق",
        "desert": "desert:1.2 deserts dune:1.1 dunes:1.1 sahara sand:0.6 sands:0.7 mars martian"
        " oasis canyon:0.9 mesa wasteland badlands wuste desierto deserto пустыня пустыне"
        " 沙_漠:2 漠 صحراء الصحراء",
        "mountains": "mountain:1.1 mountains:1.1 peak:0.9 peaks:0.9 summit alps alpine glacier"
        " ridge:0.7 ridges:0.7 crag crags pass:0.4 himalaya volcano:1.2 arctic:0.9 polar:0.7"
        " ice:0.3 tundra:0.9 iceberg:0.9 antarctic antarctica berg berge gebirge montagne"
        " montagnes montana montanas montagna гора горы горах 山 峰 جبل الجبال الجبل",
        "hills": "hill:0.9 hills valley meadow:1.1 meadows:1.1 field:0.9 fields plain:0.5 plains"
        " prairie:1.1 steppe pasture:1.1 garden:1 park:0.9 orchard:1.1 vineyard:1.1 countryside"
        " moor moors heath grassland lawn savanna wiese feld garten hugel prado campo:0.9"
        " jardin prairie giardino champ champs поле поля луг 野 原 田 园 حقل حديقة",
        "sky": "sky:0.6 skies:0.6 clouds:0.4 above_clouds:2 aloft:1 airborne:1.2 heavens:0.7"
        " cockpit:1 flying:0.5 himmel:0.6 ciel:0.6 cielo:0.6 небо:0.6 天_空:1.2 空:0.7 سماء:0.6",
        "space": "space:1 outer_space:3 galaxy:1.4 nebula:1.5 orbit:0.9 planet:1 planets:1"
        " cosmos:1.4 asteroid:1.3 spaceship:1.6 spacecraft:1.5 starship:1.6 universe:1 lunar:1"
        " weltraum:1.5 weltall:1.5 espace:0.8 espacio:0.8 spazio:0.8 космос:1.4 космосе:1.4"
        " 宇:1 宙:1 الفضاء:1.4",
        "cave": "cave:1.6 caves:1.5 cavern:1.6 caverns:1.5 grotto:1.6 mine:0.9 tunnel:1.2"
        " tunnels:1.2 underground:1.1 catacombs:1.5 crypt:1.3 dungeon:1.4 hohle:1.6 grotte:1.6"
        " cueva:1.6 caverna:1.6 grotta:1.6 пещера:1.6 пещере:1.6 洞:1.6 كهف:1.6",
        "underwater": "underwater:2.5 reef:1.5 coral:1.5 seabed:2 seafloor:2 undersea:2"
        " submarine:1.3 beneath_waves:2 ocean_floor:2.5 sea_floor:2.5 unterwasser:2.5 海_底:2.5",
    }
)
ROOMS: Mapping[str, str] = MappingProxyType(
    {
        "lamp room": "lamp_room:3 lantern_room:3 lantern:0.8 lens:1 fresnel:2 lighthouse:0.8"
        " beacon:0.8 watch_room:2",
        "kitchen": "kitchen:2 stove bakery cooking oven kuche cuisine cocina cucina кухня المطبخ",
        "library": "library:2 bookshop:2 bookshelves books:0.8 archive study:0.8 bibliothek"
        " bibliotheque biblioteca",
        "cabin": "cabin:1.5 fireplace:1.5 hearth:1.5 hut cottage:0.8 lodge log:0.5 chalet stube"
        " hutte cabane barn",
        "bedroom": "bedroom:2 bed nursery:2 dormitory hospital:1.2 ward schlafzimmer chambre"
        " dormitorio",
        "office": "office:1.6 desk:0.8 computer screens laboratory lab monitor control_room:2"
        " newsroom classroom:0.8 buro bureau oficina ufficio",
        "corridor": "corridor:2 hallway:2 hall:0.8 passage stair stairs staircase:1.5"
        " stairwell:1.5 flur treppe couloir escalier pasillo corridoio",
        "tavern": "tavern:2 inn pub:1.6 bar cafe:1.2 restaurant:1.2 saloon cellar:1.2 gasthaus"
        " taverne taberna",
        "workshop": "workshop:2 garage forge smithy:1.5 tools workbench atelier werkstatt taller"
        " studio:0.8 attic:0.8 engine_room:1.5",
    }
)
HOURS: Mapping[str, str] = MappingProxyType(
    {
        "dawn": "dawn sunrise daybreak morning:0.8 daylight_breaks:2 first_light:1.5 morgen:0.8"
        " morgengrauen aube amanecer alba matin рассвет рассвете утро утром 晨 朝 晓 فجر الفجر"
        " صباح",
        "dusk": "dusk sunset twilight evening:0.8 sundown gloaming nightfall:0.7 golden_hour:1.5"
        " abend dammerung crepuscule coucher atardecer tramonto закат закате вечер вечером 夕"
        " 暮 昏 غروب الغروب مساء",
        "night": "night nighttime midnight moon:0.8 moonlight moonlit moonless stars:0.6"
        " starry:0.9 starlit nocturnal nacht nachts nuit noche notte ночь ночью ночи 夜 ليل"
        " الليل ليلا",
        "day": "day:0.7 daytime daylight noon midday afternoon:0.9 sunny sunlight:0.7 sunlit:0.8"
        " bright:0.3 blue_sky:1 tag:0.6 mittag jour:0.6 midi dia:0.6 mediodia giorno:0.6 день"
        " днем 昼 午 نهار ظهر",
    }
)
WEATHER: Mapping[str, str] = MappingProxyType(
    {
        "clear": "clear:0.8 cloudless:1.2 sunny sunlight:0.8 sunlit blue_sky:1.6 blue_skies:1.6"
        " starry starlit sunshine moonlit moonlight:0.6 white_clouds:1.2 hazy:0.8",
        "storm": "storm:1.3 storms stormy:1.3 thunder:1.2 lightning:1.2 tempest:1.3 gale"
        " hurricane thunderstorm:1.5 sturm gewitter orage tempete tormenta tempesta шторм гроза"
        " 嵐 暴_风:1.5 雷 عاصفة العاصفة",
        "rain": "rain:1.1 rains rainy:1.2 raining drizzle downpour rainstorm raindrops wet:0.4"
        " puddles:0.6 rainfall regen regnerisch pluie pluvieux lluvia pioggia дождь дождя"
        " дождем 雨 مطر المطر ممطر",
        "snow": "snow:1.1 snowy:0.5 snowing:1.3 snowfall:1.3 snowflakes blizzard:1.3 schnee"
        " schneit neige nieve neve снег снегу снегом снега 雪 ثلج الثلج",
        "fog": "fog:1.1 foggy:1.2 mist:0.9 misty nebel neblig brouillard brume"
        " niebla nebbia туман тумане 霧 雾 ضباب الضباب",
        "cloudy": "cloudy overcast:1.2 clouds:0.6 grey:0.3 gray:0.3 gloomy:0.5 bewolkt"
        " wolken:0.6 nuages:0.6 nubes:0.6 nuvole:0.6 облака:0.6 雲 云 غيوم",
    }
)
SEASONS: Mapping[str, str] = MappingProxyType(
    {
        "spring": "spring:0.8 blossom blossoms cherry april blooming fruhling printemps"
        " primavera весна весной 春 ربيع",
        "summer": "summer midsummer june july sommer ete verano estate лето летом 夏 صيف",
        "autumn": "autumn autumnal fall:0.15 october november harvest golden_leaves"
        " fallen_leaves herbst automne otono autunno осень осенью 秋 خريف",
        "winter": "winter wintry frost frosty frozen ice:0.6 icy snow:0.8 snowy:0.9 snow_covered"
        " blizzard december january arctic glacier hiver invierno inverno зима зимой снег 冬 雪"
        " شتاء",
    }
)
THINGS: Mapping[str, str] = MappingProxyType(
    {
        "lighthouse": "lighthouse lighthouses leuchtturm phare faro маяк 灯_台 灯_塔 منارة المنارة",
        "boat": "boat boats sailboat sailboats sail sails yacht dinghy schooner ferry trawler"
        " vessel rowboat fishing_boat boot boote bateau barco barca лодка 船 舟 قارب",
        "ship": "ship ships freighter frigate galleon steamer liner schiff navire корабль سفينة",
        "house": "house houses cottage cottages hut farmhouse homestead cabin haus maison casa"
        " дом 家 بيت",
        "birds": "bird birds gull gulls seagull seagulls geese swallows crow crows raven ravens"
        " swallow pigeons vogel moven oiseaux oiseau pajaros uccelli птицы чайки 鸟 鳥 طيور",
        "person": "man woman girl boy child children person people figure keeper traveller"
        " traveler wanderer fisherman farmer soldier king queen he she hero stranger someone"
        " mann frau kind madchen junge homme femme enfant hombre mujer nina nino uomo donna"
        " женщина мужчина девочка мальчик 人 女 男 رجل امرأة فتاة",
        "tree": "tree oak willow lone_tree baum arbre arbol albero дерево شجرة",
        "train": "train trains locomotive railway rails tram zug treno tren поезд 列_车 قطار",
        "castle": "castle fortress palace tower_keep ruins ruin citadel burg schloss chateau"
        " castillo castello замок 城_堡 قلعة",
        "bridge": "bridge bridges brucke pont puente ponte мост 橋 桥 جسر",
        "river": "river rivers riverbank riverside canal canals fluss riviere fleuve rio fiume"
        " река реки реку рекой 河 川 نهر النهر",
        "city": "city cities town skyline urban downtown metropolis skyscraper skyscrapers"
        " cityscape stadt ville ciudad citta город города городе 城 都 市 مدينة المدينة",
        "tent": "tent tents camp campsite encampment zelt tente tienda tenda 帐 خيمة",
        "fire": "fire fires campfire bonfire flames embers burning blaze hearth fireplace torch"
        " torches feuer feu fuego fuoco огонь костер 火 نار",
        "car": "car cars truck taxi automobile traffic bus auto voiture coche macchina машина 车"
        " سيارة",
        "mill": "windmill mill windmills muhle moulin molino mulino",
        "church": "church chapel steeple cathedral kirche eglise iglesia chiesa церковь كنيسة",
        "pines": "pine pines fir firs spruce conifer conifers evergreen evergreens taiga",
        "birch": "birch birches aspen aspens",
        "palms": "palm palms tropical jungle rainforest oasis",
        "flowers": "flower flowers wildflowers poppies tulips roses lavender sunflowers blossoms"
        " bloom blumen fleurs flores fiori цветы 花 زهور",
        "wheat": "wheat corn barley harvest grain golden_field crops ahren ble trigo grano",
        "beach": "beach sand sands sandy dunes strand plage playa spiaggia 浜",
        "harbour": "harbour harbor port dock docks quay marina pier jetty hafen puerto porto 港"
        " ميناء",
        "ice": "iceberg icebergs glacier arctic antarctic antarctica polar ice icy frozen",
        "moon": "moon moonlight moonlit lunar mond lune luna луна 月 قمر",
        "stars": "stars starry starlit milky_way sterne etoiles estrellas stelle звезды 星 نجوم",
        "wind": "wind windy gale breeze gusts gust storm wind_swept windswept howling vent"
        " viento vento ветер 风 رياح",
        "haze": "haze hazy soft_mist thin_mist light_mist thin_fog light_fog",
        "oasis": "oasis oases واحة оазис",
        "lightning": "lightning thunder thunderstorm thunderclap gewitter blitz orage relampago",
        "fireflies": "fireflies firefly magical fairy enchanted glowing",
        "neon": "neon cyberpunk futuristic sci_fi",
        "spaceship": "spaceship spacecraft starship rocket satellite space_station shuttle",
        "mars": "mars martian",
        "balloon": "balloon balloons airship zeppelin",
        "plane": "plane airplane aeroplane aircraft jet",
        "animal": "horse horses deer wolf wolves fox dog cow cows sheep stag elk camel camels",
        "waterfall": "waterfall waterfalls cascade wasserfall cascada cascata",
        "desert": "desert deserts sahara wasteland badlands wuste desierto deserto",
        "cactus": "cactus cacti saguaro",
        "canyon": "canyon mesa mesas badlands gorge butte",
        "candles": "candle candles candlelight candlelit kerze bougie vela candela",
    }
)
