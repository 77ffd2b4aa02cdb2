"""An OpenStreetMap extract becomes a graph: cut where ways share a node, not where they only cross; and takes the old one's place."""

from datetime import date
from pathlib import Path

import pytest
from shapely import from_wkb

from gis.roads.current import CurrentRoads
from gis.roads.osm import read_osm
from gis.roads.osm_access import access_of
from gis.roads.replace import LayerFacts, replace_roads
from gis.roads.route import find_route
from gis.roads.travel import Spot
from spine.db import Connection
from spine.errors import Refused

NODES = {
    1: (99.00, 23.50), 2: (99.02, 23.50), 3: (99.04, 23.50), 4: (99.02, 23.52), 5: (99.02, 23.48), 6: (99.03, 23.49),
    7: (99.03, 23.51), 8: (99.00, 23.52), 9: (99.01, 23.53),
}  # fmt: skip
WAYS = """
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="ref" v="G214"/></way>
<way id="11"><nd ref="5"/><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="name" v="南天路"/>
  <tag k="name:en" v="Nantian Road"/><tag k="maxspeed" v="20"/></way>
<way id="12"><nd ref="6"/><nd ref="7"/><tag k="highway" v="motorway"/><tag k="bridge" v="yes"/></way>
<way id="13"><nd ref="4"/><nd ref="8"/><tag k="highway" v="tertiary"/><tag k="oneway" v="-1"/></way>
<way id="14"><nd ref="8"/><nd ref="9"/><tag k="highway" v="footway"/></way>
<way id="15"><nd ref="8"/><nd ref="9"/><tag k="highway" v="residential"/><tag k="access" v="private"/></way>
"""


def write(path: Path, ways: str = WAYS) -> Path:
    nodes = "".join(f'<node id="{n}" lon="{lon}" lat="{lat}" version="1"/>' for n, (lon, lat) in NODES.items())
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{ways}</osm>', "utf-8")
    return path


def test_ways_are_cut_where_they_share_a_node(tmp_path: Path) -> None:
    roads = read_osm(write(tmp_path / "town.osm"))
    by_class: dict[str, int] = {}
    for edge in roads.edges:
        by_class[edge.road_class] = by_class.get(edge.road_class, 0) + 1
    assert by_class == {"provincial": 2, "township": 3, "expressway": 1}
    assert roads.left_out == {"no access": 1}
    assert len(roads.nodes) == 8
    ends = {(edge.from_node, edge.to_node) for edge in roads.edges if edge.road_class == "expressway"}
    others = {
        node for edge in roads.edges if edge.road_class != "expressway" for node in (edge.from_node, edge.to_node)
    }
    assert not {node for pair in ends for node in pair} & others  # the bridge joins nothing below it


def test_names_speeds_and_directions(tmp_path: Path) -> None:
    roads = read_osm(write(tmp_path / "town.osm"))
    street = next(edge for edge in roads.edges if edge.name_zh == "南天路")
    assert (street.name_en, street.speed_kmh, street.oneway) == ("Nantian Road", 20.0, False)
    main = next(edge for edge in roads.edges if edge.ref == "G214")
    assert (main.name_zh, main.name_en, main.speed_kmh) == ("G214 省道", "Provincial road G214", 45.0)
    back = next(edge for edge in roads.edges if edge.oneway and edge.road_class == "township")
    assert from_wkb(back.line).coords[0] == pytest.approx(NODES[8])


RELATIONS = """
<relation id="1"><member type="way" ref="10" role="from"/><member type="node" ref="2" role="via"/>
  <member type="way" ref="11" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>
<relation id="2"><member type="way" ref="20" role="from"/><member type="node" ref="3" role="via"/>
  <member type="way" ref="21" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="only_right_turn"/>
  <tag k="except" v="psv; emergency"/></relation>
<relation id="3"><member type="way" ref="20" role="from"/><member type="node" ref="3" role="via"/>
  <member type="way" ref="21" role="to"/><tag k="type" v="restriction"/>
  <tag k="restriction:conditional" v="no_left_turn @ (07:00-09:00)"/></relation>
<relation id="4"><member type="way" ref="20" role="from"/><member type="way" ref="10" role="via"/>
  <member type="way" ref="21" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_u_turn"/></relation>
<relation id="5"><member type="way" ref="20" role="from"/><member type="node" ref="3" role="via"/>
  <member type="way" ref="14" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>
<relation id="6"><member type="way" ref="20" role="from"/><member type="node" ref="3" role="via"/>
  <member type="way" ref="21" role="to"/><tag k="type" v="restriction"/><tag k="restriction:hgv" v="no_left_turn"/></relation>
<relation id="7"><member type="way" ref="20" role="from"/><member type="node" ref="99" role="via"/>
  <member type="way" ref="21" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>
<relation id="8"><member type="way" ref="20" role="from"/><tag k="type" v="restriction"/>
  <tag k="restriction" v="no_thing"/></relation>
"""
MORE_WAYS = """
<way id="20"><nd ref="6"/><nd ref="3"/><tag k="highway" v="tertiary"/></way>
<way id="21"><nd ref="3"/><nd ref="7"/><tag k="highway" v="tertiary"/></way>
"""


def test_turn_restrictions_are_taken_or_counted(tmp_path: Path) -> None:
    roads = read_osm(write(tmp_path / "town.osm", WAYS + MORE_WAYS + RELATIONS))
    (turn,) = roads.turns
    assert (turn.kind, turn.sign, turn.excepts) == ("only", "only_right_turn", ("psv", "emergency"))
    by_id = {edge.id: edge for edge in roads.edges}
    assert by_id[turn.from_edge].to_node == turn.via_node == by_id[turn.to_edge].from_node
    assert roads.nodes[turn.via_node - 1] == NODES[3]
    assert roads.turns_left_out == {
        "not clear which road": 1, "conditional": 1, "by way of a road": 1, "beyond these roads": 1, "other vehicles": 1,
        "beyond the extract": 1, "not understood": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("highway", "tags", "open_to", "oneway", "both"),
    [
        ("primary", {}, "all", False, False),
        ("primary", {"access": "no", "motor_vehicle": "yes"}, "all", False, False),
        ("primary", {"motor_vehicle": "private", "emergency": "yes"}, "rescue", False, False),
        ("primary", {"emergency": "no"}, "public", False, False),
        ("primary", {"access": "no"}, None, False, False),
        ("service", {"emergency": "designated"}, "rescue", False, False),
        ("service", {"emergency": "fire_hydrant"}, None, False, False),
        ("motorway", {}, "all", True, False),
        ("motorway", {"oneway": "no"}, "all", False, False),
        ("primary", {"oneway": "yes", "oneway:emergency": "no"}, "all", True, True),
        ("tertiary", {"junction": "roundabout"}, "all", True, False),
    ],
)
def test_the_most_specific_tag_says_who_may_drive(
    highway: str, tags: dict[str, str], open_to: str | None, oneway: bool, both: bool
) -> None:
    access = access_of(highway, tags)
    assert (access.open_to, access.oneway, access.rescue_both_ways) == (open_to, oneway, both)


async def test_turns_and_access_come_back_from_the_database(conn: Connection, tmp_path: Path) -> None:
    facts = LayerFacts("测试", "Test", "ODbL 1.0", date(2026, 1, 2))
    lane = '<way id="22"><nd ref="8"/><nd ref="9"/><tag k="highway" v="service"/><tag k="emergency" v="yes"/></way>'
    roads = read_osm(write(tmp_path / "town.osm", WAYS + MORE_WAYS + lane + RELATIONS))
    await replace_roads(conn, roads, facts)
    networks = (await CurrentRoads().get(conn)).networks
    assert networks is not None
    assert [row.open_to for row in networks.graph.rows].count("rescue") == 1
    assert networks.public.permit.turns_obeyed == networks.rescue.permit.turns_known == 1
    assert networks.rescue.permit.turns_obeyed == 0
    told = find_route(networks, Spot("a", 99.034, 23.494), Spot("b", 99.022, 23.50), "public")
    free = find_route(networks, Spot("a", 99.034, 23.494), Spot("b", 99.022, 23.50), "rescue")
    assert free.leg.seconds is not None
    assert told.leg.seconds is None or told.leg.seconds > free.leg.seconds


async def test_the_new_layer_takes_the_place_of_the_old_one(conn: Connection, tmp_path: Path) -> None:
    current = CurrentRoads()
    before = await current.get(conn)
    facts = LayerFacts("测试", "Test", "ODbL 1.0", date(2026, 1, 2))
    done = await replace_roads(conn, read_osm(write(tmp_path / "town.osm")), facts)
    assert (done.edges, done.nodes) == (6, 8)
    assert 0.5 < done.joined_share < 1
    roads = await current.get(conn)
    assert roads.state.version > before.state.version
    assert roads.origin is not None
    assert (roads.origin.source, roads.origin.illustrative) == ("测试", False)
    route = find_route(roads.networks, Spot("a", *NODES[1]), Spot("b", *NODES[4]), "rescue")
    assert [step.sentence()[0].split("，")[0] for step in route.steps[:2]] == [
        "沿G214 省道向东行驶 2.0 公里",
        "左转进入南天路",
    ]
    await conn.rollback()
    assert len((await CurrentRoads().get(conn)).networks.graph.rows) > 100  # type: ignore[union-attr]


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", b"not a map at all", b"<osm>"])
def test_what_is_no_extract_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        read_osm(path)
    assert caught.value.code in ("not_osm", "no_roads")
    assert caught.value.field == "file"


def test_an_extract_without_roads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no_roads"):
        read_osm(
            write(tmp_path / "empty.osm", '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>')
        )
