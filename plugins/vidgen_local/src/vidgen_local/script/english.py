"""What English words tell of a story; see :mod:`vidgen_local.script.vocabulary`."""

from __future__ import annotations

PLACES = """
lighthouse: lighthouse
lamp_room: lamp_room lantern_room lamproom
tower_room: tower
coast: coast coastline shore cliff cliffs headland rocks promontory
beach: beach seaside seashore dune_beach sands
harbour: harbour harbor pier dock quay marina wharf jetty port
island: island isle islet
engine_room: engine_room boiler_room machine_room
ship: ship boat vessel sailboat deck yacht schooner ferry trawler dinghy raft submarine canoe
sea: sea ocean bay gulf waves surf tide fjord
underwater: underwater seabed reef ocean_floor sea_floor bottom_sea bottom_ocean under_waves
lake: lake pond lagoon lakeside
river: river stream creek brook riverbank waterfall
forest: forest wood woods woodland grove pines glade clearing
jungle: jungle rainforest
park: park playground
swamp: swamp marsh bog
garden: garden orchard greenhouse yard backyard courtyard terrace vineyard
meadow: meadow grassland pasture prairie
field: field fields plain farmland wheatfield cornfield stadium
farm: farm ranch farmyard farmhouse
village: village hamlet
house: house cottage hut mansion villa homestead
home: home apartment flat indoors
mountain: volcano mountain mountains peak summit ridge alps glacier canyon mountainside
hill: hill hills hillside valley hilltop moor countryside landscape
ruins: ruin ruins temple
castle: castle palace fortress
graveyard: graveyard cemetery grave churchyard tomb
battlefield: battlefield trenches trench
street: bus_stop
road: road highway path trail track lane motorway roadside crossroads
desert: desert dune dunes sahara
oasis: oasis oases
planet: planet
mars: mars martian
moon: on_moon moon_surface surface_moon lunar
city: city downtown metropolis skyline skyscraper skyscrapers
street: street streets avenue boulevard sidewalk pavement town neighbourhood neighborhood
alley: alley alleyway backstreet back_street side_street
rooftop: rooftop rooftops roof balcony
square: square plaza marketplace market fairground
station: station platform train_station railway_station bus_station
subway: subway subway_station metro underground_station
railway: railway railroad
tunnel: tunnel coal_mine gold_mine mineshaft sewer
bridge: bridge
airport: airport runway
sky: airship balloon airborne aloft
space: space orbit galaxy universe cosmos nebula
room: room chamber interior
kitchen: kitchen dining_room
bedroom: bedroom bedside bed nursery
living_room: living_room parlour parlor lounge fireside fireplace sitting_room
bathroom: bathroom bath
hall: hallway corridor hall lobby foyer
stairs: stairs staircase stairway stairwell steps_up
library: library bookshop bookstore archive
study: study desk
office: office boardroom meeting_room conference_room newsroom cubicle
cellar: cellar basement bunker vault dungeon
attic: attic loft garret
workshop: workshop studio garage forge smithy
laboratory: laboratory lab observatory
classroom: classroom school schoolroom university lecture_hall
hospital: hospital clinic ward operating_room
church: church chapel cathedral monastery
castle_hall: throne_room great_hall ballroom
tavern: tavern inn pub bar saloon
cafe: cafe coffeehouse restaurant diner bistro coffee_shop
theatre: theatre theater stage cinema opera
shop: shop store bakery supermarket
cabin: cabin
prison: prison jail cell
cave: cave cavern grotto catacombs crypt
barn: barn stable shed
museum: museum gallery
factory: factory mill plant warehouse
train: train carriage compartment
car: car taxi truck bus
spaceship: spaceship spacecraft starship cockpit space_station airlock rocket
waiting_room: waiting_room
"""

AIR = """
dawn: dawn sunrise daybreak morning daylight_breaks first_light sun_rises sun_rose sun_rising
dawn: sunup early_light sun_comes
day: noon midday afternoon sunny sunshine sunlit daylight daytime sunlight broad_day by_day
day: sun_burns sun_shines sun_blazes sun_beats hot_sun burning_sun blazing_sun
day: bright_morning sunny_morning late_morning
dusk: dusk sunset twilight evening sundown nightfall sun_sets sun_sinks sun_set gloaming sun_sank
night: night midnight moon moonlight moonlit stars starry starlit starlight nighttime tonight
rain: rain rainy raining drizzle downpour shower rains rained raindrop puddle
storm: storm stormy thunder lightning tempest gale hurricane thunderstorm squall typhoon
snow: snow snowy snowing blizzard snowfall snowflake snowstorm
fog: fog foggy thick_mist dense_mist
mist: mist misty
haze: haze hazy
wind: wind windy breeze gust
cloudy: cloudy overcast gray_cloud grey_cloud dark_cloud heavy_cloud gray_sky grey_sky
clear: clear cloudless sunny sunshine storm_passes storm_ends rain_stops fog_lifts storm_dies
clear: sun_burns sun_shines sun_blazes sun_beats hot_sun burning_sun blazing_sun
clear: blue_sky blue_skies sky_blue sunny_morning
clear: storm_over rain_ends storm_passed rain_stopped storm_gone storm_ended
spring: spring blossom blossoms april may_day springtime
summer: summer july august midsummer june
autumn: autumn october november september
winter: winter december january february christmas frost ice icy frozen
winter: deep_snow snow_deep snow_lies snow_lay snow_covers snow_covered fallen_snow fresh_snow
"""

MOODS = """
joyful: joy happy happiness laugh laughter smile smiling dance cheer celebrate delight merry glad
joyful: party sing birthday grin festival
tender: love kiss embrace hug tender darling sweet caress lover beloved baby
sad: sad cry cried tears tear weep wept mourn grief sorrow funeral goodbye farewell
sad: dies died dead death loss sob
afraid: fear afraid scared terror terrified scream dread horror panic frightened tremble trembling
angry: anger angry rage fury furious shout shouts yell hate fight fought slam
tense: danger chase escape hurry suddenly struggle alarm emergency crash gun
tense: enemy attack explosion warning threat shadow knife wreck sinking danger war
hopeful: hope dawn begin begins beginning light promise rescue rescued saved save new wish dream
hopeful: sunrise spring future tomorrow
calm: calm quiet silent silence peace peaceful rest gently softly sleep asleep serene breathe
wondering: wonder wonders marvel magic magical discover discovers stars secret strange mysterious
wondering: glow glows shimmer ancient miracle amazing beautiful
lonely: alone lonely solitude empty nobody waits waiting abandoned
adventurous: journey adventure set_out explore travel expedition quest voyage
relieved: safe relief relieved home_again return returns at_last finally survived sigh
proud: victory win wins won triumph proud crown success applause hero
weary: tired weary exhausted worn aching
curious: curious question why ask asks search searches look_for puzzle clue
warm: warm hearth bread tea supper friend friends together family mother father grandmother
"""

SOUNDS = """
steps: step steps footstep footsteps walk walks walked stairs run runs ran march
door: door gate
bell: bell bells
clock: clock ticking tick
fire: fire flames campfire hearth fireplace burning candle fireside torch
birds: bird birds birdsong sparrow robin lark nightingale owl crow crows geese swallow
gulls: gull gulls seagull seagulls
dog: dog barks bark hound
horse: horse horses hooves gallop
crowd: crowd crowds people audience market party festival passengers
music: music song sing sings piano violin guitar orchestra dance fiddle
engine: engine car truck motor motorcycle bus drive drives
train: train locomotive railway
plane: plane aircraft airplane helicopter
machine: machine machines factory robot computer gears hum humming screens
typing: type typing keyboard typewriter
phone: phone telephone
stream: stream brook creek river waterfall fountain
crickets: cricket crickets cicada
thunder: thunder lightning thunderstorm
waves: sea ocean waves surf tide shore beach
wings: wings butterfly
creak: creak creaks creaking
leaves: leaves leaf branches rustle
explosion: explosion explodes explode bomb blast cannon gunfire
laughter: laugh laughs laughter giggle
whisper: whisper whispers murmur
oars: oars oar rowing rowed
applause: applause clap applaud
wolves: wolf wolves howl
bees: bee bees
sheep: sheep cow cows goat goats cattle
heart: heartbeat
glass: glass shatter shatters
horn: horn foghorn siren whistle
page: page pages book letter paper
"""

CAMERA = """
up: climb climbs rise rises rose upward tower stars tall ascend lift lifts soar soars fly flies
down: fall falls fell descend descends sink sinks kneel kneels dive dives drop drops
close: face eyes eye hand hands whisper whispers letter tear tears smile smiles ring photograph key
close: kiss looks reads lips candle name secret touch touches heart
run: run runs ran chase race races gallop hurry rush rushes flee flees drive drives march
away: leave leaves left departs goodbye farewell away vanish vanishes gone disappears sail sails
wide: horizon landscape crowd army fleet skyline mountains
shake: storm crash fight battle explosion panic waves quake
still: still silent silence wait waits asleep sleep sleeps motionless
around: dance dances spin spins circle circles
"""

DRAMA = """
turn: suddenly but until then finally however instead when_suddenly at_last never first last
turn: nothing everything someone one_day only because once yet
event: find finds found open opens opened break breaks broke arrive arrives arrived return returns
event: returned die dies died kill kills save saves saved discover discovers appear appears appeared
event: vanish begin begins began end ends ended fall falls fell decide decides decided become
event: becomes became come comes came lose loses lost win wins leave leaves meet meets met see sees
event: saw light lights hear hears heard reach reaches reached marry marries born fight fights turn
event: turns turned gives gave takes took cries cried
"""

THINGS = """
nothing: beds flower_bed flower_beds garden_bed river_bed ice_cream
wind: wind windy breeze gust
ice: frozen ice icy
lighthouse: lighthouse
boat: boat boats ship ships sail sails sailboat ferry vessel dinghy schooner raft trawler
house: house houses cottage hut farmhouse
birds: bird birds gull gulls seagull seagulls geese swallows crow crows
stars: stars star
moon: moon moonlight moonlit
fire: fire flames campfire bonfire embers
tent: tent tents
wheat: wheat wheatfield wheatfields
spaceship: spaceship spacecraft starship rocket
"""

STOP = "the and of to a in is it that he she was for on with his her they as at be this had not are"

#: What may be flat: before one of these, ``flat`` is no home.
FLAT = """roof roofs rooftop rooftops top tops land lands ground country countryside plain plains
desert field fields sea water earth stone stones rock rocks sand sands ice snow hill hills coast
shore beach marsh meadow meadows island valley horizon surface road roads path street streets hat
cap boat light"""
#: A place after one of these is where the story is; after one of the others it is only seen.
WITHIN = """in into inside at on onto through across along upon within under beneath among down up
by near beside between enters enter entered reach reaches reached climb climbs climbed crosses
cross crossed inside_the behind outside around"""
SEEN = """from of toward towards over above beyond like than about to against leave leaves left
behind_them off see sees saw watch watches painted dreams dream remembers remember no without"""
INSIDE = "in inside into within at"
#: Words after which a time is not now.
NOT_NOW = (
    "every last each good yesterday tomorrow previous many all some another per till until"
    " before as like"
)
