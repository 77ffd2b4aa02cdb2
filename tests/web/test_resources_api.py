"""What is fetched of resources, and by whom."""

from tests.city import Server


async def test_a_desk_reads_stock_shelters_and_beds_and_asks_before_it_promises(server: Server) -> None:
    async with server.sign_in("emb-gengma") as client:
        stock = (await client.get("/api/resources/stock", params={"depot": "county-530926"})).json()
        assert {lot["depot"] for lot in stock["lots"]} == {"county-530926"}
        assert all(lot["received"] == lot["free"] and lot["illustrative"] for lot in stock["lots"])
        asked = {"depot": "county-530926", "item": "tent_12", "quantity": 100}
        preview = (await client.get("/api/resources/preview", params=asked)).json()
        assert (preview["short"], preview["left"], preview["takes"][0]["quantity"]) == (36, 0, 64)
        for wrong, code in (({"item": "gold"}, 422), ({"depot": "nowhere"}, 404), ({"quantity": 0}, 422)):
            assert (await client.get("/api/resources/preview", params=asked | wrong)).status_code == code
        shelters = (await client.get("/api/resources/shelters", params={"area": "530926"})).json()["shelters"]
        assert {shelter["occupied"] for shelter in shelters} == {None}
        layer = (await client.get("/api/resources/shelters.geojson", params={"area": "530926"})).json()
        assert len(layer["features"]) == len(shelters)
        beds = (await client.get("/api/resources/beds", params={"area": "530926"})).json()["hospitals"]
        assert all(ward["available"] is None for hospital in beds for ward in hospital["wards"].values())
        assert (await client.get("/api/resources/requests")).status_code == 403
    async with server.sign_in("field-mengding") as client:
        assert (await client.get("/api/resources/stock")).status_code == 403
    async with server.sign_in("duty-gengma") as client:
        assert (await client.get("/api/resources/requests", params={"area": "530926"})).json()["requests"] == []
        assert (await client.get("/api/resources/requests")).status_code == 403
