"""People at the site itself (workers, drivers, rescuers) are in no census: they are asked for, and said to be left out until given."""

from gis.hazards.model import Case, Note


def site_note(case: Case) -> tuple[Note, ...]:
    """Empty once their number is given."""
    if case.inputs.is_known("on_site_people"):
        return ()
    return (
        Note(
            "site_not_counted",
            "现场人员（工人、司机、救援人员）不在人口数据中，未给人数，没有计入伤亡。",
            "People at the site (workers, driver, rescuers) are in no census; their number is not given and they are not counted.",
        ),
    )
