"""apt's side effects are held back for the time of an installation, and everything is as it was afterwards."""

from pathlib import Path

from bootstrap.install_as_root import MARK, no_service_started, no_system_cluster


def test_the_cluster_setting_is_there_only_during_the_installation(tmp_path: Path) -> None:
    conf, template = tmp_path / "etc" / "createcluster.conf", tmp_path / "template.conf"
    with no_system_cluster(conf, template):
        assert "create_main_cluster = false" in conf.read_text()
        template.write_text("#create_main_cluster = true\n")
    assert conf.read_text() == "#create_main_cluster = true\n", "as the package would have written it"


def test_an_administrators_own_setting_comes_back(tmp_path: Path) -> None:
    conf, template = tmp_path / "createcluster.conf", tmp_path / "template.conf"
    conf.write_text("start_conf = 'manual'\n")
    with no_system_cluster(conf, template):
        assert conf.read_text().startswith("start_conf = 'manual'\n")
        assert "create_main_cluster = false" in conf.read_text()
    assert conf.read_text() == "start_conf = 'manual'\n"


def test_a_killed_installation_is_tidied_up_by_the_next(tmp_path: Path) -> None:
    conf, policy = tmp_path / "createcluster.conf", tmp_path / "policy-rc.d"
    conf.write_text(f"start_conf = 'manual'\n{MARK}\ncreate_main_cluster = false\n")
    policy.write_text(f"#!/bin/sh\n{MARK}\nexit 101\n")
    with no_system_cluster(conf, tmp_path / "none"), no_service_started(policy):
        assert conf.read_text().count(MARK) == 1
    assert conf.read_text() == "start_conf = 'manual'\n"
    assert not policy.exists()


def test_services_are_held_back_and_a_policy_of_the_machine_is_left_alone(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with no_service_started(policy):
        assert "exit 101" in policy.read_text()
        assert policy.stat().st_mode & 0o111
    assert not policy.exists()
    policy.write_text("#!/bin/sh\nexit 0\n")
    with no_service_started(policy):
        assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert policy.exists()
