"""Every numbered case of polling has a test, or a reason why it has none."""

import ast

from tests import cases


def test_every_case_has_a_test_or_a_reason():
    covered = cases.coverage()
    assert [number for number in cases.ALL if number not in covered and number not in cases.UNTESTED] == []


def test_no_reason_outlives_its_test():
    covered = cases.coverage()
    assert [number for number in cases.UNTESTED if number in covered or number not in cases.ALL] == []


def test_the_table_has_a_row_for_each_case():
    assert len(cases.table().splitlines()) == len(cases.ALL) + 2


def test_marks_of_tests_and_of_single_parameters_are_found():
    text = '@pytest.mark.case("P1", "P2")\n@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.case("S3"))])\ndef test_x(x): ...'
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    assert list(cases.marked(node)) == ["P1", "P2", "S3"]
