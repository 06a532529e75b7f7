"""Folders of modules: names without imports, members on first use, sentences for wrong names."""

import subprocess
import sys
import zipfile

import pytest

from logsched import LogschedError
from logsched.base.folder import Folder

FILES = {
    "__init__.py": '"""Pets."""',
    "cat.py": "PET = 'meow'",
    "_fur.py": "raise ImportError('nobody asked for it')",
    "guinea_pig.py": "PET = 'wheek'",
    "dog.py": "from pets._voice import PET",
    "_voice.py": "PET = 'woof'",
    "ill.py": "raise RuntimeError('it was imported')",
    "notes.txt": "no module",
}


@pytest.fixture
def pets(tmp_path, monkeypatch):
    """A folder of pets, the dog first."""
    (tmp_path / "pets").mkdir()
    for name, text in FILES.items():
        (tmp_path / "pets" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield Folder("pets", "pet", first=("dog", "dodo"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "pets"]:
        del sys.modules[name]


def test_names_are_those_of_files(pets):
    """Those to be first, then the others; of `_` a dash; nothing of what they share."""
    assert list(pets) == ["dog", "cat", "guinea-pig", "ill"]
    assert len(pets) == 4


def test_names_are_told_without_importing_any(pets):
    assert "ill" in pets
    assert "fish" not in pets
    assert [name for name in sys.modules if name.startswith("pets.")] == []


def test_a_member_is_imported_on_first_use(pets):
    assert pets["guinea-pig"] == pets.find("guinea-pig") == "wheek"
    assert [name for name in sys.modules if name.startswith("pets.")] == ["pets.guinea_pig"]
    assert pets["dog"] == "woof"
    with pytest.raises(RuntimeError, match="it was imported"):
        pets["ill"]


def test_a_new_file_is_in_it(pets, tmp_path, monkeypatch):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "cow.py").write_text("PET = 'moo'")
    known = list(pets)
    with monkeypatch.context() as patched:
        patched.setattr("pets.__path__", [*sys.modules["pets"].__path__, str(tmp_path / "more")])
        assert list(pets) == ["dog", "cat", "cow", "guinea-pig", "ill"]
        assert pets["cow"] == "moo"
    assert list(pets) == known


@pytest.mark.parametrize("name", ["guinea_pig", "_voice", "dodo", "", "cat.fur", "__init__"])
def test_other_names_have_no_member(pets, name):
    """Neither a file's own name where it has a dash, nor one that is to be first but is gone."""
    assert name not in pets
    assert pets.get(name) is None
    with pytest.raises(KeyError):
        pets[name]
    with pytest.raises(LogschedError, match=f"^there is no pet '{name}'"):
        pets.find(name)


def test_the_nearest_name_is_offered(pets):
    with pytest.raises(LogschedError, match=r"no pet 'guinea_pig'; did you mean 'guinea-pig'\?$"):
        pets.find("guinea_pig")
    with pytest.raises(LogschedError, match=r"; known are dog, cat, guinea-pig, ill$"):
        pets.find("elephant")


def test_it_may_be_zipped(pets, tmp_path):
    """As it is where a program is made one file."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(f"pets/{name}", text)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'all.zip')!r})\n"
        "from logsched.base.folder import Folder\n"
        "pets = Folder('pets', 'pet')\n"
        "print(*pets, pets['guinea-pig'], sys.modules['pets'].__file__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = done.stdout.split()
    assert told[:5] == ["cat", "dog", "guinea-pig", "ill", "wheek"]
    assert told[5].startswith(str(tmp_path / "all.zip"))
