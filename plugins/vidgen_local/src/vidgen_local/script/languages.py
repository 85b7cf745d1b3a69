"""Words of other languages for what English ones tell; ``*`` stands for any letters.

Each line is a concept of :mod:`vidgen_local.script.english` and its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vidgen_local.script import languages_east

_GERMAN = """
lighthouse: leuchtturm leuchtturms leuchttürme
coast: küste* klippe* ufer steilküste
beach: strand strände*
harbour: hafen häfen *hafen kai pier mole
island: insel inseln *insel
ship: schiff* boot boote *schiff *boot kutter
sea: nordsee ostsee meer meere meeres *meer ozean* wellen see
lake: teich weiher *see
river: fluss flusses bach ufer_des
forest: wald wälder* waldes walde *wald
garden: garten gärten gartens *garten
meadow: wiese* *wiese
field: feld felder feldern acker
village: dorf dörfer dorfes dorfe *dorf
house: haus häuser hauses *haus hütte
home: wohnung hause daheim
mountain: berg berge bergen gipfel* gebirge
hill: hügel* tal
castle: schloss burg
graveyard: friedhof grab
road: weg straße_entlang landstraße autobahn pfad
desert: wüste* düne*
city: stadt städte* großstadt *stadt
street: straße* strasse* gasse* *straße
square: platz marktplatz markt
station: bahnhof* bahnsteig
bridge: brücke*
space: weltraum weltall
room: zimmer raum stube kammer *zimmer
kitchen: küche*
bedroom: schlafzimmer bett
living_room: wohnzimmer kamin
stairs: treppe* *treppe stufen
cellar: keller
attic: dachboden
library: bibliothek
office: büro*
workshop: werkstatt
church: kirche*
hospital: krankenhaus
classroom: schule klassenzimmer
tavern: gasthaus kneipe wirtshaus
train: zug
car: auto wagen
dawn: morgen morgens morgengrauen dämmerung_am sonnenaufgang frühmorgens morgendämmerung
day: mittag nachmittag mittags sonnig sonnenschein tagsüber
dusk: abend abends abenddämmerung sonnenuntergang dämmerung
night: nacht nachts mitternacht mond mondlicht sterne sternen
rain: regen regnet *regen
storm: sturm stürme* stürmt gewitter donner* blitz* unwetter
snow: schnee* schneit eis frost
fog: nebel* dunst
wind: wind winde böe*
clear: klar* wolkenlos
spring: frühling* frühjahr
summer: sommer*
autumn: herbst*
winter: winter*
joyful: freude* fröhlich* lacht lachen lächel* glücklich* tanz* fest feiert
tender: liebe* küss* kuss zärtlich* umarm*
sad: traurig* trauer* weint weinen tränen abschied tod stirbt starb tot
afraid: angst furcht* schrei* entsetz*
tense: gefahr* plötzlich flieht rennt eilt kampf kämpf*
hopeful: hoffnung* hofft beginnt anfang rettet gerettet licht
calm: ruhig* still stille leise frieden* schläft
lonely: allein einsam* wartet warten leer
wondering: wunder* geheimnis* zauber*
relieved: sicher endlich heimkehr* zurück
weary: müde* alt alte alter alten
steps: schritt* geht steigt läuft
door: tür* tor
bell: glocke*
fire: feuer* flamme*
birds: vogel vögel*
gulls: möwe*
waves: wellen meer brandung
thunder: donner* gewitter blitz*
crowd: menschen menge
music: musik lied singt
boat: boot boote schiff* segel*
up: steigt klettert hinauf turm sterne
down: fällt sinkt hinab hinunter
close: gesicht augen hand hände flüstert brief
run: rennt läuft eilt
away: verlässt verschwindet abschied fährt
turn: plötzlich aber doch dann endlich schließlich nie erst zuletzt
event: findet fand öffnet bricht kommt kam stirbt rettet sieht sah hört beginnt endet zündet
"""
_FRENCH = """
lighthouse: phare
coast: côte* falaise* rivage
beach: plage*
harbour: port quai*
island: île*
ship: bateau* navire* barque
sea: mer mers océan vagues
lake: lac étang
river: rivière* fleuve ruisseau
forest: forêt* bois
garden: jardin*
meadow: prairie*
field: champ champs
village: village*
house: maison*
home: appartement foyer
mountain: montagne* sommet
hill: colline* vallée
castle: château*
road: route chemin sentier
desert: désert* dune*
city: ville*
street: rue rues avenue boulevard trottoir
square: place marché
station: gare quai_de
bridge: pont
space: espace
room: chambre pièce salle salon
kitchen: cuisine
stairs: escalier*
library: bibliothèque
office: bureau
church: église
tavern: auberge taverne
cafe: café
train: train
car: voiture
dawn: aube matin matinée lever_du
day: midi journée ensoleillé* soleil
dusk: soir soirée crépuscule
night: nuit nuits minuit lune étoiles
rain: pluie* pleut
storm: tempête* orage* tonnerre éclair*
snow: neige* glace
fog: brouillard brume*
wind: vent
spring: printemps
summer: été
autumn: automne
winter: hiver
joyful: joie rire* rit sourire* sourit heureux heureuse danse fête
tender: amour baiser aime tendre*
sad: triste* pleure* larme* adieu mort meurt
afraid: peur effroi crie
tense: danger soudain court fuit combat
hopeful: espoir espère commence lumière sauve
calm: calme silence paisible dort doucement
lonely: seul seule attend vide
wondering: merveille* magie secret mystère
relieved: enfin retour revient
weary: vieux vieil vieille fatigué*
steps: pas marche monte
door: porte
bell: cloche*
fire: feu flamme*
birds: oiseau*
gulls: mouette* goéland*
waves: vagues mer
crowd: foule gens
music: musique chante chanson
boat: bateau* navire* barque voile*
up: monte grimpe étoiles tour
down: tombe descend
close: visage yeux main mains lettre murmure
run: court fuit
away: part quitte adieu disparaît
turn: soudain mais enfin alors jamais puis
event: trouve ouvre arrive revient meurt sauve voit entend commence allume
"""
_SPANISH = """
lighthouse: faro
coast: costa acantilado*
beach: playa*
harbour: puerto muelle
island: isla*
ship: barco* buque
sea: mar mares océano olas
lake: lago
river: río arroyo
forest: bosque* selva
garden: jardín*
meadow: prado* pradera
field: campo campos
village: pueblo* aldea
house: casa casas
mountain: montaña* cumbre
hill: colina* valle
castle: castillo
road: camino carretera
desert: desierto* duna*
city: ciudad*
street: calle*
square: plaza mercado
station: estación_de
bridge: puente
room: habitación cuarto sala
kitchen: cocina
stairs: escalera*
church: iglesia
train: tren
car: coche
dawn: amanecer alba mañana madrugada
day: mediodía tarde sol
dusk: atardecer anochecer crepúsculo
night: noche noches medianoche luna estrellas
rain: lluvia* llueve
storm: tormenta* tempestad trueno* relámpago*
snow: nieve* hielo
fog: niebla* bruma
wind: viento
spring: primavera
summer: verano
autumn: otoño
winter: invierno
joyful: alegr* ríe sonri* feliz baila fiesta
tender: amor beso ama abraza
sad: triste* llora* lágrima* adiós muere muerte
afraid: miedo terror grita
tense: peligro corre huye lucha
hopeful: esperanza espera luz empieza salva
calm: calma silencio tranquil* duerme paz
lonely: solo sola soledad vacío
relieved: fin vuelve regresa
weary: viejo vieja cansad*
steps: pasos camina sube
door: puerta
bell: campana*
fire: fuego llama*
birds: pájaro*
gulls: gaviota*
waves: olas mar
crowd: gente multitud
boat: barco* vela*
up: sube trepa estrellas torre
down: cae baja
close: rostro ojos mano manos carta
run: corre huye
away: adiós parte desaparece
turn: pronto pero entonces fin nunca
event: encuentra abre llega vuelve muere salva ve oye empieza enciende
"""
_ITALIAN = """
lighthouse: faro
coast: costa scogliera
beach: spiaggia
harbour: porto molo
island: isola
ship: nave barca
sea: mare onde oceano
lake: lago
river: fiume
forest: bosco foresta
garden: giardino
meadow: prato
field: campo campi
village: villaggio paese borgo
house: casa case
mountain: montagna montagne monte
hill: collina colline valle
castle: castello
road: strada sentiero
desert: deserto
city: città
street: via vicolo
square: piazza mercato
station: stazione
bridge: ponte
room: stanza camera
kitchen: cucina
stairs: scala scale
church: chiesa
dawn: alba mattina mattino
day: mezzogiorno pomeriggio sole
dusk: tramonto sera
night: notte mezzanotte luna stelle
rain: pioggia piove
storm: tempesta temporale tuono
snow: neve
fog: nebbia
wind: vento
spring: primavera
summer: estate
autumn: autunno
winter: inverno
joyful: gioia ride sorri* felice festa
tender: amore bacio
sad: triste piange lacrim* addio morte muore
tense: pericolo corre fugge
calm: calma silenzio dorme pace
lonely: solo sola
weary: vecchio vecchia stanc*
birds: uccell*
waves: onde mare
boat: barca nave
turn: ma poi infine improvvis* mai
event: trova apre arriva torna muore salva vede
"""
#: The words of each language by its code.
OTHER_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "de": _GERMAN,
        "fr": _FRENCH,
        "es": _SPANISH,
        "it": _ITALIAN,
        "ru": languages_east.RUSSIAN,
        "zh": languages_east.CHINESE,
        "ja": languages_east.JAPANESE,
        "ar": languages_east.ARABIC,
    }
)

#: Small words by which a language written in Latin letters is told from others.
SMALL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "en": "the and of to a in is it that he she was for on with his her they as at be this"
        " had not are by an from then but into i you we my your shall thou thee",
        "de": "der die das und ist in den von zu mit sich auf ein eine er sie es nicht dem des im"
        " als auch an war wie aus am",
        "fr": "le la les de des et est un une dans il elle que qui en du au aux pour sur pas avec"
        " ne se ce son sa",
        "es": "el la los las de y es un una en que se por con del al su para no lo como está sus",
        "it": "il lo la gli le di e è un una che in con per del della nel non si sul al dei",
    }
)

#: Words after which a place is where the story is.
WITHIN: Mapping[str, str] = MappingProxyType(
    {
        "de": "in im ins am an auf durch auf_dem unter bei entlang betritt erreicht am_fuß",
        "fr": "dans au aux à sur sous en dans_la entre vers_le par le_long",
        "es": "en al por sobre bajo entre a",
        "it": "in nel nella al sul sulla nei nelle tra",
        "ru": "в во на по под у",
        "ar": "في على إلى داخل عند",
    }
)
