"""The kinds of place that a story may happen in, and how each is described to a painter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen(kw_only=True)
class PlaceKind:
    """One kind of place.

    ``land`` groups kinds that look alike (``sea``, ``forest``, ``city``, ``room``,
    ``desert``, ``hills``, ``sky``, ``cave``, ``deep``, ``space``). ``phrase`` is its
    description, beginning with its own name.
    """

    name: str
    land: str
    phrase: str
    inside: str = ""
    outside: str = ""

    @property
    def indoors(self) -> bool:
        """Whether it is a room or a cave."""
        return self.land in ("room", "cave")

    @property
    def sheltered(self) -> bool:
        """Whether no weather comes there and no window shows any."""
        return self.land in ("cave", "deep", "space")


_TABLE = """
lighthouse | sea | a lighthouse on a rocky coast above the sea | tower_room
coast | sea | a rocky coast with high cliffs above the sea
beach | sea | a wide beach where the waves of the sea run out
harbour | sea | a small harbour with boats at the pier by the sea
island | sea | a lonely island in the wide sea
ship | sea | a ship on the open sea | cabin
sea | sea | the open sea with long waves
underwater | deep | the deep underwater, a reef on the seabed
lake | sea | a still lake between quiet shores
river | hills | a river that winds through a green valley
forest | forest | a forest of tall pine trees
jungle | forest | a jungle of dense green trees
park | forest | a park with paths under tall trees
swamp | forest | a swamp between dark trees and still pools
garden | hills | a garden with flowers beside a house, a green meadow behind it
meadow | hills | a meadow with flowers between low hills
field | hills | wide fields below low hills
farm | hills | a farm with a farmhouse among the fields | barn
village | hills | a village of small houses at the foot of green hills
house | hills | a house on a hill above a green valley | home
mountain | hills | high mountains with bare peaks above a valley
hill | hills | green hills one behind another
ruins | hills | old ruins on a hill above the valley
castle | hills | a castle on a hill above the valley | castle_hall
graveyard | hills | a quiet graveyard on a hill
battlefield | hills | a wide battlefield on a bare plain below the hills
railway | hills | green hills above a valley, a train on its way | train
road | hills | a long road through open hills
desert | desert | a desert of long dunes
oasis | desert | an oasis in the desert, green palms around a pool
mars | desert | the red desert of Mars, with long dunes
planet | desert | a strange planet, a bare desert of dunes
city | city | a city with a skyline of tall buildings
street | city | a street in the city between tall buildings | home
alley | city | a narrow alley in the old city
rooftop | city | a rooftop above the skyline of the city
square | city | a square in the old town
station | city | a railway station in the city | waiting_room
bridge | city | a long bridge into the city
airport | city | an airport at the edge of the city
sky | sky | the wide open sky above the clouds
space | space | outer space, a black sky full of stars
moon | space | the surface of the moon in outer space
room | room | a quiet room with bare walls and one window || house
home | room | a room in a house, with a table and one window || house
kitchen | room | a kitchen, a warm room with a table and one window || house
bedroom | room | a bedroom, a small room with a bed and one window || house
living_room | room | a living room with armchairs and one window || house
bathroom | room | a bathroom, a small white room with one window || house
hall | room | a hallway, a long room with doors || house
stairs | room | a staircase, a narrow room with stone walls || house
tower_room | room | a tower room, round and bare, with one window || lighthouse
lamp_room | room | a lamp room at the top of a tower, with one great lamp and a window || lighthouse
library | room | a library, a room with shelves of books up to the ceiling || street
study | room | a study, a room with books, a desk and a lamp || house
office | room | an office, a room with desks and a wide window || street
cellar | room | a cellar, a low dark room with stone walls || house
attic | room | an attic, a dusty room with one small window || house
workshop | room | a workshop, a room with tools on the walls and a bench || street
laboratory | room | a laboratory, a white room with glass and instruments || street
classroom | room | a classroom, a room with rows of desks and tall windows || street
hospital | room | a hospital room with white walls and a bed || street
church | room | a church interior, a tall room with coloured windows || village
castle_hall | room | a castle hall, a great room with stone walls || castle
tavern | room | a tavern, a low room with wooden tables and lamps || street
cafe | room | a cafe, a bright room with small tables and a window on the street || street
theatre | room | a theatre hall, a dark room with a lit stage || street
shop | room | a shop, a room with full shelves and a window || street
cabin | room | a cabin, a small room with wooden walls and a lamp || forest
prison | room | a prison cell, a bare room with one barred window || castle
cave | cave | a cave, a dark cavern of rock || mountain
tunnel | cave | a tunnel, a dark cave under the ground || road
barn | room | a barn, a high room with wooden walls || farm
museum | room | a museum hall, a great room with white walls || square
factory | room | a factory hall, a great room with machines || city
engine_room | room | an engine room, a hot room with machines and pipes || ship
subway | room | a subway station, a long corridor with lamps under the ground || street
train | room | a train compartment, a narrow room with a wide window || railway
car | room | the inside of a car, a small room with wide windows || road
spaceship | room | the inside of a spaceship, a bright room with screens || space
waiting_room | room | a waiting room with benches and a clock || station
"""


def _read_table(table: str) -> Mapping[str, PlaceKind]:
    kinds = {}
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")] + ["", ""]
        name, land, phrase, inside, outside = cells[:5]
        kinds[name] = PlaceKind(name=name, land=land, phrase=phrase, inside=inside, outside=outside)
    return MappingProxyType(kinds)


#: Every kind by its name.
PLACES: Mapping[str, PlaceKind] = _read_table(_TABLE)


def seen_from(kind: PlaceKind, *, indoors: bool) -> PlaceKind:
    """Return *kind* as it is inside or outside: the room in a house, the house of a room."""
    if kind.indoors == indoors:
        return kind
    other = kind.inside if indoors else kind.outside
    return PLACES[other or ("room" if indoors else "house")]
