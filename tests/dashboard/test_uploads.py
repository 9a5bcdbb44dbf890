"""Files that people send are cut off at their limit, and guarded by the form's token all the same."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from integrations.core.files.tables import LARGEST_FILE
from integrations.models import DisputeFile, Pair, Role
from reconciliation.models import AcquirerFile
from tests.dashboard.conftest import member

pytestmark = pytest.mark.django_db
IMPORTS = ("disputes-import", "settlements-import")


@pytest.mark.parametrize("name", IMPORTS)
def test_a_file_beyond_the_limit_is_not_kept(name: str, pair: Pair) -> None:
    client = Client()
    client.force_login(member(pair, Role.OPERATOR))
    file = SimpleUploadedFile("a.csv", b"a,b,c\n" * (LARGEST_FILE // 6 + 1))
    answer = client.post(reverse(name, args=[pair.slug]), {"kind": "statement", "file": file})
    assert (answer.status_code, "larger than 5 MB" in answer.content.decode()) == (422, True)
    assert not DisputeFile.objects.exists() and not AcquirerFile.objects.exists()


@pytest.mark.parametrize("name", IMPORTS)
def test_a_file_without_the_forms_token_is_refused(name: str, pair: Pair) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member(pair, Role.OPERATOR))
    assert client.post(reverse(name, args=[pair.slug]), {"kind": "statement"}).status_code == 403
