"""The notebooks run from top to bottom, and are committed with what they show."""

import nbformat
import pytest
from nbclient import NotebookClient

NAMES = ("01_tour", "02_which_road", "03_your_labels")


@pytest.mark.parametrize("name", NAMES)
def test_it_has_its_outputs(root, name):
    notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert sum(bool(cell.outputs) for cell in code) > len(code) / 2
    said = [output for cell in code for output in cell.outputs]
    assert not [output for output in said if output.output_type == "error"]


@pytest.mark.filterwarnings("ignore")  # of the kernel's own making
@pytest.mark.parametrize("name", NAMES)
def test_it_runs(root, name):
    notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(root / "notebooks")}},
    )  # fmt: skip
    client.execute()
