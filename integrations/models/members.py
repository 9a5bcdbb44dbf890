"""People and what they may do, per pair."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models

from integrations.models.pairs import Pair


class UserManager(BaseUserManager["User"]):
    """People are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who logs in, by e-mail address."""

    username = None  # type: ignore[assignment]  # replaced by the e-mail address
    email = models.EmailField("e-mail address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]


class Role(models.TextChoices):
    """What a member may do: look; work; change connections, mappings and settings."""

    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    ADMINISTRATOR = "administrator", "Administrator"


class Membership(models.Model):
    """A person's role in a pair."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "pair"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.pair}"
